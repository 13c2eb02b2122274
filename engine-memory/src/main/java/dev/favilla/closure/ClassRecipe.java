package dev.favilla.closure;

import java.lang.invoke.MethodHandles.Lookup;
import org.jspecify.annotations.Nullable;

/**
 * What a sink or a cursor is made of, so that another can go on in its place: one of a copy of its class, whose calls the
 * compiler sees apart from those of all others of that class.
 */
public final class ClassRecipe {

    private final Lookup lookup;
    private final @Nullable Object[] arguments;

    /**
     * @param lookup made in the class, which has exactly one constructor and is of the engine's loader
     * @param arguments of that constructor, as they are now; a sink that passes records on is among them as it was given
     */
    public ClassRecipe(Lookup lookup, @Nullable Object... arguments) {
        this.lookup = lookup;
        this.arguments = arguments.clone();
    }

    /** Returns the class. */
    public Class<?> type() {
        return lookup.lookupClass();
    }

    /** Returns what may make a copy of the class. */
    public Lookup lookup() {
        return lookup;
    }

    /** Returns the arguments, in an array of the caller's own. */
    public @Nullable Object[] arguments() {
        return arguments.clone();
    }
}
