package dev.favilla.serializer;

import dev.favilla.memory.TaskScope;

/**
 * A user function prepared for tasks.
 *
 * @param <F> the functional interface
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Closure<F> implements ImmutableValue {

    private Closure() {}

    public static <F> Closure<F> capture(F function, String operation) {
        throw new UnsupportedOperationException();
    }

    public F forTask(TaskScope scope) {
        throw new UnsupportedOperationException();
    }

    public boolean isShareable() {
        throw new UnsupportedOperationException();
    }

    public long serializedBytes() {
        throw new UnsupportedOperationException();
    }

    public String operation() {
        throw new UnsupportedOperationException();
    }
}
