package dev.favilla.memory;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

    /** How much a thing may grow between two looks at what it takes. */
    private static final int GROWTH_PER_LOOK = 8 << 10;

    /** A step is this fraction of what is held, if that is more than the smallest. */
    private static final int FRACTION = 16;

    private final MemoryAccount account;
    private final @Nullable Spillable thing;
    private long reserved;

    /** What the thing said last. */
    private long said;

    /** By how much it has grown since it was last looked at. */
    private long unseen;

    /** Asks for memory at the moment, so whatever is said meanwhile is said by the thing as it moves out. */
    private boolean asking;

    /** Pays for something that cannot be moved out. */
    public MemoryMeter(MemoryAccount account) {
        this(account, null);
    }

    /**
     * @param account the attempt's, of which this meter gives back no more than it took
     * @param thing what it pays for, which is asked to move out after all others when it asks itself; null if it cannot.
     *     Says with {@link #hold} what it takes still when it has moved something out
     */
    public MemoryMeter(MemoryAccount account, @Nullable Spillable thing) {
        this.account = account;
        this.thing = thing;
    }

    /**
     * Says that the thing takes {@code bytes} now, or is about to. It may be asked to move out meanwhile; then what it
     * takes afterwards counts, and what it has just said it would grow by.
     *
     * @throws ExecutionMemoryExhaustedException if they are refused; what was held before is held still
     */
    public void hold(long bytes) {
        if (asking) {
            said = bytes;
            release(Math.max(0, reserved - bytes)); // all of it: it is asked because every byte is wanted
            return;
        }
        long growth = Math.max(0, bytes - said);
        said = bytes;
        if (bytes > reserved) {
            grow(growth);
        } else {
            account.settle(thing);
            long spare = said == 0 ? 0 : step(said);
            if (reserved - said > 2 * spare) {
                release(reserved - said - spare);
            }
        }
    }

    /**
     * As {@link #hold(long)}, for a thing whose size is looked at again when it may have moved part of itself out.
     *
     * @param bytes how much it takes at the moment of asking
     */
    public void hold(LongSupplier bytes) {
        long wanted = bytes.getAsLong();
        if (asking || wanted <= reserved) {
            hold(wanted);
            return;
        }
        said = wanted;
        asking = true;
        try {
            long granted = account.reserve(wanted + step(wanted) - reserved, thing);
            reserved += granted; // not in one expression: the thing may have given back meanwhile
            said = bytes.getAsLong();
            if (reserved < said) {
                require(said - reserved);
            }
        } finally {
            asking = false;
        }
    }

    /**
     * Says that the thing has grown by about {@code growth}. What it takes is looked at only now and then, whenever it has
     * grown by some kilobytes, so that many small changes cost little and few large ones are not missed.
     *
     * @param bytes as in {@link #hold(LongSupplier)}
     */
    public void grow(long growth, LongSupplier bytes) {
        unseen += growth;
        if (unseen >= GROWTH_PER_LOOK) {
            unseen = 0;
            hold(bytes);
        }
    }

    /**
     * Says that the thing takes no more than {@code bytes} now, since it has moved part of itself out; asks for nothing.
     *
     * @return how many bytes were given back
     */
    public long shrinkTo(long bytes) {
        said = bytes;
        long surplus = Math.max(0, reserved - bytes);
        release(surplus);
        return surplus;
    }

    private void grow(long growth) {
        long before = said;
        asking = true;
        try {
            long granted = account.reserve(said + step(said) - reserved, thing);
            reserved += granted; // not in one expression: the thing may have given back meanwhile
            if (reserved < neededAfter(before, growth)) {
                require(neededAfter(before, growth) - reserved);
            }
        } finally {
            asking = false;
        }
    }

    /** What was said before holds unless the thing has said something else meanwhile, since it moved out. */
    private long neededAfter(long before, long growth) {
        return said == before ? before : Math.min(before, said + growth);
    }

    /** Answers a refusal: the attempt waits, gives way or fails, as {@link MemoryAccount#require} has it. */
    private void require(long missing) {
        account.require(missing, thing);
        reserved += missing;
    }

    /**
     * Moves {@code bytes} from the attempt to an account that outlives it, and gives the rest back.
     *
     * @throws ExecutionMemoryExhaustedException if they are more than is held, and refused
     */
    public void moveTo(MemoryAccount retained, long bytes) {
        if (bytes > reserved) {
            require(bytes - reserved);
        }
        account.moveTo(retained, bytes);
        reserved -= bytes;
        close();
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
        said = 0;
        if (reserved > 0) { // it is closed for each map output that a reducer reads
            release(reserved);
        }
    }
}
