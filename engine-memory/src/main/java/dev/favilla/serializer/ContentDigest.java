package dev.favilla.serializer;

import java.util.concurrent.ThreadLocalRandom;
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
    private final ContentWalk walk = new ContentWalk();

    /**
     * @param serializer of the values that cannot be walked
     */
    public ContentDigest(Serializer serializer) {
        this.serializer = serializer;
    }

    /** Returns bits that depend on all of the value's content and its class, and on nothing else. */
    public long of(@Nullable Object value) {
        try {
            return walk.of(value);
        } catch (RuntimeException | StackOverflowError | LinkageError e) { // the next way may be open
            return ofBytes(value);
        }
    }

    private long ofBytes(@Nullable Object value) {
        walk.startOver();
        HashingStream bytes = new HashingStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(value);
        } catch (RuntimeException | StackOverflowError | LinkageError e) { // who has to write it will say so
            return ThreadLocalRandom.current().nextLong();
        }
        return bytes.hash();
    }
}
