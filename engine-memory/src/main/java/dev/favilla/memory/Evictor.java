package dev.favilla.memory;

/** Frees storage memory on request, by dropping cached blocks nobody reads. Called outside the manager's lock. */
@FunctionalInterface
public interface Evictor {

    /** Drops blocks until about {@code bytes} were given back to the storage account; returns how many were. */
    long evict(long bytes);
}
