package dev.favilla.memory;

/**
 * Frees storage memory on request, by dropping cached blocks nobody reads. Called outside the manager's lock.
 *
 * <p>What is dropped whole, and so may be more than was asked for, goes through {@link StorageAccount#giveUp}, which
 * keeps the protected share.
 */
@FunctionalInterface
public interface Evictor {

    /** Drops blocks until about {@code bytes} were given back to the storage account; returns how many were. */
    long evict(long bytes);
}
