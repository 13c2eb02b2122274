package dev.favilla.digest;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hashes what an object writes about itself: the bytes of Java serialization, in which everything that it refers to is
 * replaced by its content hash. So neither the iteration order of a hash table in it counts, nor its capacity, nor
 * whether two equal parts are one.
 */
final class WrittenForm {

    /** So much longer than a step of a walk does it take to write an object that refers to nothing. */
    private static final int STEPS = SharedParts.LARGE;

    private WrittenForm() {}

    static long hash(ContentWalk walk, Object object) {
        HashingStream bytes = new HashingStream();
        try (ContentOutput out = new ContentOutput(bytes, walk, object)) {
            out.writeObject(object);
        } catch (IOException e) { // it refuses, or cannot
            throw walk.unwalkable("it cannot be written");
        }
        walk.spend(STEPS);
        return bytes.hash();
    }

    private static final class ContentOutput extends ObjectOutputStream {

        private final ContentWalk walk;
        private final Object object;

        /** Equal contents are one object, so that the stream refers back to all of them alike. */
        private final Map<Long, Long> contents = new HashMap<>();

        private boolean begun;

        ContentOutput(OutputStream out, ContentWalk walk, Object object) throws IOException {
            super(out);
            this.walk = walk;
            this.object = object;
            enableReplaceObject(true);
        }

        @Override
        protected @Nullable Object replaceObject(@Nullable Object part) {
            boolean first = !begun;
            begun = true;
            if (part == null || (first && part.getClass() == object.getClass())) {
                return part;
            }
            if (object instanceof Throwable && part instanceof StackTraceElement[]) {
                return 0L; // where it was thrown is not what it says
            }
            long content = walk.of(part);
            return contents.computeIfAbsent(content, hash -> hash);
        }
    }
}
