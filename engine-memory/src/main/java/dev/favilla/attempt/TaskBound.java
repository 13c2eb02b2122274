package dev.favilla.attempt;

/**
 * A handle captured by a function that means something else inside a task: an accumulator, a broadcast. The stream that
 * copies the function for an attempt puts {@link #bindTo} in its place, so no handle has to find its context through a
 * static.
 */
public interface TaskBound {

    /** Returns what the function sees in the attempt of {@code scope}. */
    Object bindTo(TaskScope scope);
}
