package dev.favilla.memory;

/**
 * Execution memory held by one owner.
 *
 * <p><b>Threads.</b> Used by one thread at a time; the manager behind it is shared.
 */
public interface MemoryAccount extends AutoCloseable {

    /**
     * Asks for {@code bytes} and returns how many were granted, between 0 and {@code bytes}. Before granting less than
     * was asked, cached blocks above the protected share are evicted and this owner's spillables are asked to spill.
     */
    long reserve(long bytes);

    /**
     * Reserves all of {@code bytes} or nothing.
     *
     * @throws ExecutionMemoryExhaustedException if they cannot be granted
     */
    void require(long bytes);

    /** Gives {@code bytes} back; giving back more than is held gives back what is held. */
    void release(long bytes);

    /** Returns the bytes held now. */
    long reservedBytes();

    /** Registers something that can make room; it is asked when a request of this owner cannot be granted. */
    void register(Spillable spillable);

    /** Removes a registered spillable; unknown ones are ignored. */
    void unregister(Spillable spillable);

    /** Gives everything back; closing twice is harmless. */
    @Override
    void close();
}
