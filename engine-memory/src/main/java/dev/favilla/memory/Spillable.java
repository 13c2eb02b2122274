package dev.favilla.memory;

/**
 * Something that holds execution memory and can move part of it out.
 *
 * <p>{@link #spill} is called on the thread that owns the account, between records, never under the manager's lock. It
 * must not ask the account for memory.
 */
public interface Spillable {

    /**
     * Frees about {@code bytes} and returns how many bytes were freed and given back to the account; 0 if nothing can
     * be moved now.
     */
    long spill(long bytes);
}
