package dev.favilla.digest;

import dev.favilla.value.AsciiText;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The walk behind {@link ContentDigest}: goes down from a value to everything in it, as the {@link ContentKind} of each
 * class says.
 *
 * <p>What is found twice is hashed twice, as long as that is cheap: then what was hashed is remembered, or a value
 * whose parts share parts, which share parts, would never end. What contains itself is not recognized but found to be
 * too deep.
 *
 * <p><b>Threads.</b> Belongs to one thread.
 */
final class ContentWalk {

    private static final int MAX_DEPTH = 64;
    private static final int UNREMEMBERED = 4096;
    private static final int MOST_REMEMBERED = 1 << 16;

    // What null and the most frequent leaves begin with; any four numbers.
    private static final long NULL = 0x4e554c4c00000000L;
    private static final long LONG = 0x4c4f4e4700000000L;
    private static final long STRING = 0x5354520000000000L;
    private static final long INTEGER = 0x494e540000000000L;

    private int depth;
    private int descents;
    private boolean failed;

    /** The hashes of what this walk has met, once it is long; null before. */
    private @Nullable IdentityHashMap<Object, Long> known;

    /** What several values may share; null if values do not stay as they are. */
    private final @Nullable SharedParts shared;

    /** How many steps all walks together have taken. */
    private long spent;

    /** The last enclosing instance that was met, and its hash unless it could not be walked. */
    private @Nullable Object enclosing;

    private @Nullable Long enclosingHash;

    /**
     * @param shared remembers large parts from one walk to the next; null if they may change in between
     */
    ContentWalk(@Nullable SharedParts shared) {
        this.shared = shared;
    }

    /**
     * Returns the hash of {@code value}; of the whole, if called from outside a walk.
     *
     * @throws Unwalkable if there is something in it that cannot be walked; {@link #startOver} makes the walk usable
     *     again
     */
    long of(@Nullable Object value) {
        if (value instanceof Long number) {
            return ContentHash.ofBits(LONG, number);
        }
        if (value instanceof String text) {
            return text.length() < AsciiText.LONG
                    ? ContentHash.ofText(STRING, text)
                    : ContentHash.ofLongText(STRING, text);
        }
        if (value instanceof Integer number) {
            return ContentHash.ofBits(INTEGER, number);
        }
        if (value == null) {
            return NULL;
        }
        ContentKind kind = ContentKind.of(value.getClass());
        return kind.isLeaf() ? kind.hash(this, value) : descend(kind, value);
    }

    long ofLatin1(int hash, int length, int firstFour, int lastFour) {
        return ContentHash.ofLatin1(STRING, hash, length, firstFour, lastFour);
    }

    private long descend(ContentKind kind, Object value) {
        if (depth == 0) {
            descents = 0;
        }
        if (depth == MAX_DEPTH) {
            throw unwalkable("it is deeper than " + MAX_DEPTH + " levels");
        }
        boolean remembers = ++descents > UNREMEMBERED && depth > 0;
        Long before = remembers ? remembered().get(value) : sharedHash(value);
        if (before != null) {
            return before;
        }
        long spentBefore = spent;
        depth++;
        long hash = kind.hash(this, value);
        depth--; // not after an exception: nobody goes on then
        spend(1);
        if (remembers) {
            remember(value, hash);
        }
        if (shared != null && spent - spentBefore >= SharedParts.LARGE) {
            shared.add(value, hash);
        }
        if (depth == 0) {
            endOfWhole();
        }
        return hash;
    }

    private @Nullable Long sharedHash(Object value) {
        return shared == null ? null : shared.hashOf(value);
    }

    /** Notes that {@code steps} were needed beside those of what was walked. */
    void spend(int steps) {
        spent += steps;
    }

    /**
     * As {@link #of}, for an instance that encloses others. Those that come one after the other have the same and seldom
     * look at it, so it is walked for the first of them.
     */
    long ofEnclosing(@Nullable Object instance) {
        if (instance == null) {
            return NULL;
        }
        if (instance != enclosing) {
            enclosing = instance;
            enclosingHash = null;
            long hash = of(instance);
            enclosing = instance; // it may have an enclosing instance, too
            enclosingHash = hash;
        }
        if (enclosingHash == null) {
            throw unwalkable("its enclosing instance cannot be walked, or contains it");
        }
        return enclosingHash;
    }

    private IdentityHashMap<Object, Long> remembered() {
        IdentityHashMap<Object, Long> map = known;
        if (map == null) {
            map = new IdentityHashMap<>();
            known = map;
        }
        return map;
    }

    private void remember(Object value, long hash) {
        IdentityHashMap<Object, Long> map = remembered();
        if (map.size() == MOST_REMEMBERED) {
            map.clear();
        }
        map.put(value, hash);
    }

    private void endOfWhole() {
        known = null;
        if (failed) {
            throw unwalkable("a part could not be walked"); // which somebody on the way has swallowed
        }
    }

    /** Returns what to throw where a walk cannot go on. */
    Unwalkable unwalkable(String why) {
        failed = true;
        return new Unwalkable(why);
    }

    /** Forgets what is half done. */
    void startOver() {
        depth = 0;
        failed = false;
        known = null;
    }

    /** Something that cannot be walked was met. Nobody asks where, so it has no trace. */
    static final class Unwalkable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unwalkable(String why) {
            super(why, null, false, false);
        }
    }
}
