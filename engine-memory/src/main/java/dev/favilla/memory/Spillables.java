package dev.favilla.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt could move out, and who is asked first: the smallest that is big enough, or else the biggest; and
 * last the one that memory is wanted for, because what it moves out now it may well read back next.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
final class Spillables {

    private static final Spillable[] NONE = {};

    /** Replaced rather than changed, so that a spillable may come or leave while others are being asked. */
    private Spillable[] registered = NONE;

    /** A request that a spillable makes while it spills must not spill again. */
    private boolean asking;

    void add(Spillable spillable) {
        Spillable[] more = Arrays.copyOf(registered, registered.length + 1);
        more[registered.length] = spillable;
        registered = more;
    }

    void remove(Spillable spillable) {
        List<Spillable> left = new ArrayList<>(Arrays.asList(registered));
        left.removeIf(other -> other == spillable);
        registered = left.toArray(NONE);
    }

    void clear() {
        registered = NONE;
    }

    /** Returns whether nobody could be asked now. */
    boolean isEmpty() {
        return registered.length == 0 || asking;
    }

    /**
     * Asks each once at most, until nothing is missing. An answer of 0 is no failure: others are asked.
     *
     * @param missing says how many bytes still have to come free
     * @param last the one that memory is wanted for, if that is known
     */
    void spill(LongSupplier missing, @Nullable Spillable last) {
        if (isEmpty()) {
            return;
        }
        List<Spillable> candidates = new ArrayList<>(Arrays.asList(registered));
        long bytes = missing.getAsLong();
        while (bytes > 0) {
            Spillable next = choose(candidates, bytes, last);
            if (next == null) {
                return;
            }
            candidates.remove(next);
            asking = true;
            try {
                next.spill(bytes);
            } finally {
                asking = false;
            }
            bytes = missing.getAsLong();
        }
    }

    /** Returns how errors name all of them but {@code named}; empty if there is no other. */
    String describeAllBut(@Nullable Spillable named) {
        return Arrays.stream(registered)
                .filter(s -> s != named)
                .map(Spillable::describe)
                .collect(Collectors.joining(" and "));
    }

    private @Nullable Spillable choose(List<Spillable> candidates, long bytes, @Nullable Spillable last) {
        Spillable best = null;
        long bestBytes = 0;
        boolean lastMay = false;
        for (Spillable candidate : candidates) {
            long could = isRegistered(candidate) ? candidate.spillableBytes() : 0;
            if (candidate == last && candidate.isReadBack()) {
                lastMay = could > 0;
            } else if (could > 0 && (best == null || isBetter(could, bestBytes, bytes))) {
                best = candidate;
                bestBytes = could;
            }
        }
        return best == null && lastMay ? last : best;
    }

    private static boolean isBetter(long could, long best, long wanted) {
        return best >= wanted ? could >= wanted && could < best : could > best;
    }

    /** One that spilled before may have had another leave. */
    private boolean isRegistered(Spillable spillable) {
        for (Spillable s : registered) {
            if (s == spillable) {
                return true;
            }
        }
        return false;
    }
}
