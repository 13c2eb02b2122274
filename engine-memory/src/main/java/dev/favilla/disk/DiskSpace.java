package dev.favilla.disk;

import dev.favilla.memory.Bytes;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes of one executor's files against its limit. Used from any thread. */
final class DiskSpace {

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    DiskSpace(long limit) {
        this.limit = limit;
    }

    /** Counts bytes that are about to be written, unless there would be too many. */
    boolean mayTake(long bytes) {
        boolean fits = used.addAndGet(bytes) <= limit;
        if (!fits) {
            give(bytes);
        }
        return fits;
    }

    /**
     * Counts bytes that are about to be written.
     *
     * @throws LocalDiskException if there would be too many; then none are counted
     */
    void take(String name, long bytes) {
        if (!mayTake(bytes)) {
            throw new LocalDiskException("Cannot write another " + Bytes.format(bytes) + " to " + name
                    + ": the files of this executor have " + Bytes.format(used()) + " already, of "
                    + Bytes.format(limit) + " allowed. Raise " + DiskSettings.LIMIT_KEY
                    + ", or set it to 0 for no limit.");
        }
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
