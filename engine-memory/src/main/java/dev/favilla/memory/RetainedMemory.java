package dev.favilla.memory;

/**
 * What holds bytes that outlive the task that made them, asked for them when a task needs room. Called outside the
 * manager's lock, on the thread of whoever asks, and so by several at once.
 */
@FunctionalInterface
public interface RetainedMemory {

    /** Cannot give anything back before its time. */
    RetainedMemory FIXED = () -> 0;

    /**
     * Writes about {@code bytes} out, from where they are read from now on, and returns how many came free; 0 if nothing
     * can be moved out now.
     */
    default long moveOut(long bytes) {
        return 0;
    }

    /** Drops all of it, so that it has to be computed again, and returns how many bytes came free. */
    long drop();
}
