package dev.favilla.memory;

/** Storage memory of one block store. May be used from any thread. */
public interface StorageAccount extends AutoCloseable {

    /** Takes {@code bytes} if they are free and returns whether they were taken. Never evicts. */
    boolean reserve(long bytes);

    /** Gives {@code bytes} back; giving back more than is held gives back what is held. */
    void release(long bytes);

    /** Returns the bytes held now. */
    long reservedBytes();

    /** Returns the largest number of bytes this account could ever hold: the pool less what execution holds now. */
    long limitBytes();

    /** Gives everything back; closing twice is harmless. */
    @Override
    void close();
}
