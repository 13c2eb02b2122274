package dev.favilla.memory;

/**
 * Something that holds execution memory and can move part of it out.
 *
 * <p>{@link #spill} is called on the thread that owns the account, whenever that thread asks for memory, for this
 * thing or another: never under the manager's lock, but perhaps in the middle of an operation of its own, in which it then
 * answers 0. It must not ask the account for memory.
 */
public interface Spillable {

    /**
     * Frees about {@code bytes} and returns how many bytes were freed and given back to the account; 0 if nothing can
     * be moved now.
     */
    long spill(long bytes);

    /** Returns about how many bytes {@link #spill} could free now; 0 if none. Among several, ranks who is asked first. */
    default long spillableBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * Returns whether its owner needs what was moved out back from there; then it is asked last when it asks itself. If
     * not, moving out costs no more now than later, and it is ranked as any other.
     */
    default boolean isReadBack() {
        return true;
    }

    /** Returns how errors name this thing and say how much it holds, for example {@code a table of 10 keys (8.0 MiB)}. */
    default String describe() {
        return "what is held";
    }
}
