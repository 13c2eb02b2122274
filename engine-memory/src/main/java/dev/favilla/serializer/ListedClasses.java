package dev.favilla.serializer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers the classes of one {@link ObjectGraph} in the order in which they come. Belongs to one stream. */
final class ListedClasses implements ClassNumbers {

    private final List<Class<?>> inOrder;

    ListedClasses() {
        this.inOrder = new ArrayList<>();
    }

    /** @param known the classes whose numbers were given out before */
    ListedClasses(List<Class<?>> known) {
        this.inOrder = known;
    }

    List<Class<?>> inOrder() {
        return inOrder;
    }

    @Override
    public int idOf(Class<?> type) {
        inOrder.add(type); // a stream asks once for each
        return inOrder.size() - 1;
    }

    @Override
    public @Nullable Class<?> classOf(int id) {
        return id < 0 || id >= inOrder.size() ? null : inOrder.get(id);
    }
}
