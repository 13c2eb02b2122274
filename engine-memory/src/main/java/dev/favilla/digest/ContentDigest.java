package dev.favilla.digest;

import dev.favilla.serializer.Serializer;
import dev.favilla.value.AsciiText;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the same values came out of two runs: 64 bits of everything a value contains, for any value that
 * travels or is kept.
 *
 * <p>Values are walked: arrays, the JDK's collections and other holders by what they hold, in order where equality asks
 * for it and in any order where it does not; records and plain objects by their fields; what writes itself by what it
 * writes. Where that does not lead to the end, because a part is closed or the value contains itself, what the
 * serializer writes for it is taken instead. A value that cannot be written either is never the same again: what
 * contains it counts as changed whenever it is computed again.
 *
 * <p><b>Threads.</b> Belongs to one thread.
 *
 * <p><b>Failures.</b> None: code of the user's that throws while it is asked makes the value one that cannot be walked,
 * or cannot be written.
 */
public final class ContentDigest {

    private final Serializer serializer;
    private final @Nullable SharedParts shared;
    private final ContentWalk walk;
    private final long attemptId;

    /** How many numbers were given out that are never the same again. */
    private long numbers;

    /**
     * A digest of values that may change when they have been asked for.
     *
     * @param serializer of the values that cannot be walked
     * @param attemptId of the attempt that has computed the values; no other attempt has the same
     */
    public ContentDigest(Serializer serializer, long attemptId) {
        this(serializer, attemptId, null);
    }

    private ContentDigest(Serializer serializer, long attemptId, @Nullable SharedParts shared) {
        this.serializer = serializer;
        this.attemptId = attemptId;
        this.shared = shared;
        this.walk = new ContentWalk(shared);
    }

    /**
     * Returns a digest of values that are kept as references, until {@link #change} is asked for: what many of them
     * refer to is not walked for each.
     */
    public static ContentDigest ofReferences(Serializer serializer, long attemptId) {
        return new ContentDigest(serializer, attemptId, new SharedParts());
    }

    /** Returns bits that depend on all of the value's content and its class, and on nothing else. */
    public long of(@Nullable Object value) {
        try {
            return walk.of(value);
        } catch (RuntimeException | StackOverflowError | LinkageError e) { // the next way may be open
            return ofBytes(value);
        }
    }

    /**
     * Returns what {@link #of} does of a text that is shorter than {@link AsciiText#LONG} characters, all of them Latin-1.
     *
     * @param hash the text's own
     * @param firstFour its first characters, a byte each, the first one highest; all of them if there are fewer
     * @param lastFour its last ones; not looked at if there are fewer
     */
    public long ofLatin1(int hash, int length, int firstFour, int lastFour) {
        return walk.ofLatin1(hash, length, firstFour, lastFour);
    }

    /**
     * Ends a digest of references: returns 0, or a number that is never the same again if something that several values
     * refer to has changed since it was asked for.
     */
    public long change() {
        boolean changed = shared != null && shared.endsChanged(new ContentDigest(serializer, attemptId));
        return changed ? neverAgain() : 0;
    }

    /** Lets go of the values of a digest of references. */
    public void forget() {
        if (shared != null) {
            shared.forget();
        }
    }

    private long ofBytes(@Nullable Object value) {
        walk.startOver();
        HashingStream bytes = new HashingStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(value);
        } catch (RuntimeException | StackOverflowError | LinkageError e) { // who has to write it will say so
            return neverAgain();
        }
        return bytes.hash();
    }

    private long neverAgain() {
        return StableHash.mix(StableHash.mix(attemptId) + numbers++);
    }
}
