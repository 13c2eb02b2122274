package dev.favilla.memory;

/** Storage memory of one block manager. May be used from any thread. */
public interface StorageAccount extends AutoCloseable {

    /**
     * Takes {@code bytes} if they are free and returns whether they were taken. Never evicts, and takes nothing while a
     * task waits for memory.
     */
    boolean reserve(long bytes);

    /**
     * Gives {@code given} back and takes {@code taken} in one step, so that nobody else gets in between; does neither,
     * and returns false, if {@code taken} would not fit.
     */
    boolean exchange(long given, long taken);

    /**
     * Gives {@code bytes} back for execution, if that leaves storage its protected share; returns whether it did. What
     * others are evicting at the moment counts as gone.
     */
    boolean giveUp(long bytes);

    /**
     * Has what nobody can reach any more given back, where that might free {@code bytes}; returns whether anything may
     * have come free.
     */
    boolean reclaim(long bytes);

    /** Gives {@code bytes} back; giving back more than is held gives back what is held. */
    void release(long bytes);

    /** Returns the bytes held now. */
    long reservedBytes();

    /** Returns the largest number of bytes this account could ever hold: the pool less what execution holds now. */
    long limitBytes();

    /** Returns how many bytes of all storage execution cannot have evicted. */
    long protectedBytes();

    /** Gives everything back; closing twice is harmless. */
    @Override
    void close();
}
