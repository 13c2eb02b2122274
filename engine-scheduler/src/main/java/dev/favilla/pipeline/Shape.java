package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The classes of all that a chain is made of, functions of the user's included, in order. Chains of the same shape call
 * the same code. Refers to the classes weakly: a shape with a class that is gone equals none.
 */
final class Shape {

    private final List<Reference<Class<?>>> classes;
    private final int hash;

    private Shape(List<Reference<Class<?>>> classes, int hash) {
        this.classes = classes;
        this.hash = hash;
    }

    /**
     * @param recipes what the parts of the chain are made of; null for one that is of no interest
     * @param end the class of what takes the records in the end
     */
    static Shape of(List<@Nullable ClassRecipe> recipes, Class<?> end) {
        List<Reference<Class<?>>> classes = new ArrayList<>();
        int hash = add(end, classes, 1);
        for (ClassRecipe recipe : recipes) {
            hash = add(recipe == null ? Void.class : recipe.type(), classes, hash);
            if (recipe != null) {
                for (Object argument : recipe.arguments()) {
                    hash = add(argument == null ? Void.class : argument.getClass(), classes, hash);
                }
            }
        }
        return new Shape(classes, hash);
    }

    private static int add(Class<?> type, List<Reference<Class<?>>> classes, int hash) {
        classes.add(new WeakReference<>(type));
        return 31 * hash + System.identityHashCode(type);
    }

    /** Returns whether one of the classes is gone, so that this equals nothing any more. */
    boolean isGone() {
        for (Reference<Class<?>> type : classes) {
            if (type.get() == null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Shape that) || hash != that.hash || classes.size() != that.classes.size()) {
            return false;
        }
        for (int i = 0; i < classes.size(); i++) {
            Class<?> mine = classes.get(i).get();
            if (mine == null || mine != that.classes.get(i).get()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
