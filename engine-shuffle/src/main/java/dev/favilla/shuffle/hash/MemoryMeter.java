package dev.favilla.shuffle.hash;

import dev.favilla.memory.MemoryAccount;

/**
 * Keeps a task's account in step with one growing thing, in few large steps instead of many small ones.
 *
 * <p>The only place of this package that asks a running attempt's account for memory, and so the only one where a
 * refusal is answered.
 */
final class MemoryMeter implements AutoCloseable {

    private static final long SMALLEST_STEP = 64 << 10;

    /** A step is this fraction of what is held, if that is more than the smallest. */
    private static final int FRACTION = 16;

    private final MemoryAccount account;
    private long reserved;

    MemoryMeter(MemoryAccount account) {
        this.account = account;
    }

    /**
     * Says that the thing takes {@code bytes} now, or is about to.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if they are refused
     */
    void hold(long bytes) {
        if (bytes > reserved) {
            grow(bytes);
        } else if (reserved - bytes > 2 * step(bytes)) {
            release(reserved - bytes - step(bytes));
        }
    }

    private void grow(long bytes) {
        reserved += account.reserve(bytes + step(bytes) - reserved);
        if (reserved < bytes) {
            refused(bytes - reserved);
        }
    }

    /** Answers a refusal. Moving finished blocks out to disk belongs here; until then the attempt fails. */
    private void refused(long missing) {
        account.require(missing);
        reserved += missing;
    }

    /**
     * Moves {@code bytes} from the attempt to an account that outlives it, and gives the rest back.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if they are more than is held, and refused
     */
    void moveTo(MemoryAccount retained, long bytes) {
        if (bytes > reserved) {
            refused(bytes - reserved);
        }
        account.moveTo(retained, bytes);
        reserved -= bytes;
        close();
    }

    private static long step(long bytes) {
        return Math.max(SMALLEST_STEP, bytes / FRACTION);
    }

    private void release(long bytes) {
        account.release(bytes);
        reserved -= bytes;
    }

    /** Gives everything back; closing twice is harmless. */
    @Override
    public void close() {
        release(reserved);
    }
}
