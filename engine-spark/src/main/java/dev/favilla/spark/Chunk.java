package dev.favilla.spark;

import dev.favilla.spi.RemoteExecutor;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some records of a partition that Spark caches. Objects as long as Spark keeps it as an object; wherever Spark writes it,
 * the engine's own serializer writes the records, and they are read again only by whoever wants them.
 */
final class Chunk implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Large enough that Spark's work per element is not felt, small enough that memory is asked for in time. */
    static final int MOST_RECORDS = 1024;

    /** Of this process; not a field that Spark would measure with the records. */
    private final transient @Nullable Object @Nullable [] records;

    private final RemoteExecutor.Recipe recipe;

    private Chunk(@Nullable Object[] records, RemoteExecutor.Recipe recipe) {
        this.records = records;
        this.recipe = recipe;
    }

    static Chunk of(List<@Nullable Object> records, RemoteExecutor.Recipe recipe) {
        return new Chunk(records.toArray(), recipe);
    }

    /** Returns the records in an element of a partition that Spark has cached. */
    static List<@Nullable Object> records(Object element, RemoteExecutor executor) {
        if (element instanceof Chunk chunk && chunk.records != null) {
            return Collections.unmodifiableList(Arrays.asList(chunk.records));
        }
        return ((Parcel) element).open(executor);
    }

    private Object writeReplace() {
        @Nullable Object[] own = records;
        return Parcel.of(
                own == null ? List.of() : Arrays.asList(own),
                ExecutorHome.of(recipe).executor());
    }
}
