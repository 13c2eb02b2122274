package dev.favilla.memory;

import java.util.function.LongSupplier;

/**
 * Keeps an attempt's account in step with one thing that the attempt holds and that grows, in few large steps instead of
 * many small ones.
 *
 * <p>Tables, map outputs and fetched blocks all pay from their attempt's account through a meter of their own, so that
 * there is one rule for the steps and one answer to a refusal.
 *
 * <p><b>Threads.</b> Belongs to the attempt's thread, as its account does.
 */
public final class MemoryMeter implements AutoCloseable {

    private static final long SMALLEST_STEP = 64 << 10;

    /** A step is this fraction of what is held, if that is more than the smallest. */
    private static final int FRACTION = 16;

    private final MemoryAccount account;
    private long reserved;

    /** @param account the attempt's, of which this meter gives back no more than it took */
    public MemoryMeter(MemoryAccount account) {
        this.account = account;
    }

    /**
     * Says that the thing takes {@code bytes} now, or is about to.
     *
     * @throws ExecutionMemoryExhaustedException if they are refused; what was held before is held still
     */
    public void hold(long bytes) {
        if (bytes > reserved) {
            grow(bytes);
        } else if (reserved - bytes > 2 * step(bytes)) {
            release(reserved - bytes - step(bytes));
        }
    }

    private void grow(long bytes) {
        long before = reserved;
        long granted = account.reserve(bytes + step(bytes) - before);
        long needed = bytes - (before - reserved); // the thing may have been asked to spill, and takes less now
        reserved += granted;
        if (reserved < needed) {
            refused(needed - reserved);
        }
    }

    private void askFor(long bytes) {
        long granted = account.reserve(bytes + step(bytes) - reserved);
        reserved += granted; // not in one step: the thing may have moved part of itself out meanwhile
    }

    /**
     * As {@link #hold(long)}, for a thing that may move part of itself out while more is asked for: what it takes is looked
     * at again afterwards.
     */
    public void hold(LongSupplier bytes) {
        long wanted = bytes.getAsLong();
        if (wanted <= reserved) {
            hold(wanted);
            return;
        }
        askFor(wanted);
        long left = bytes.getAsLong();
        if (reserved < left) {
            refused(left - reserved);
        }
    }

    /**
     * Says that the thing takes no more than {@code bytes} now, since it has moved part of itself out; asks for nothing.
     *
     * @return how many bytes were given back
     */
    public long shrinkTo(long bytes) {
        long surplus = Math.max(0, reserved - bytes);
        release(surplus);
        return surplus;
    }

    /** Answers a refusal: the attempt waits, gives way or fails, as {@link MemoryAccount#require} has it. */
    private void refused(long missing) {
        account.require(missing);
        reserved += missing;
    }

    /**
     * Moves {@code bytes} from the attempt to an account that outlives it, and gives the rest back.
     *
     * @throws ExecutionMemoryExhaustedException if they are more than is held, and refused
     */
    public void moveTo(MemoryAccount retained, long bytes) {
        if (bytes > reserved) {
            refused(bytes - reserved);
        }
        account.moveTo(retained, bytes);
        reserved -= bytes;
        close();
    }

    /**
     * Says that the thing, having spilled, takes only {@code bytes} now; the rest is given back at once, and nothing is
     * ever asked for.
     *
     * @return how many bytes were given back
     */
    public long shrinkTo(long bytes) {
        long surplus = Math.max(0, reserved - bytes);
        release(surplus);
        return surplus;
    }

    /** Returns what is asked for beyond {@code bytes}, so that growing costs few requests. */
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
