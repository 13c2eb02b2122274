package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Classes of their own for the parts of one shape of chains, by their places. Immutable. */
final class OwnCode {

    private final List<@Nullable OwnClass> classes;

    private OwnCode(List<@Nullable OwnClass> classes) {
        this.classes = classes;
    }

    /**
     * Makes the classes.
     *
     * @param recipes by place; null where a part stays as it is
     * @throws ReflectiveOperationException if one cannot be made
     * @throws LinkageError if one cannot be made
     */
    static OwnCode of(List<@Nullable ClassRecipe> recipes) throws ReflectiveOperationException {
        List<@Nullable OwnClass> classes = new ArrayList<>(recipes.size());
        for (ClassRecipe recipe : recipes) {
            classes.add(recipe == null ? null : OwnClass.of(recipe));
        }
        return new OwnCode(classes);
    }

    /** Returns how many parts there are. */
    int places() {
        return classes.size();
    }

    /**
     * Returns what does the same as the part that is made by {@code recipe}.
     *
     * @param was what of the arguments is to be another, if anything is
     * @param now that other
     */
    Object make(int place, ClassRecipe recipe, @Nullable Object was, @Nullable Object now) {
        OwnClass type = classes.get(place);
        if (type == null) {
            throw new IllegalStateException("Nothing was known of place " + place + ": a bug in Favilla");
        }
        @Nullable Object[] arguments = recipe.arguments();
        for (int i = 0; i < arguments.length && was != null; i++) {
            if (arguments[i] == was) {
                arguments[i] = now;
            }
        }
        return type.make(arguments);
    }
}
