package dev.favilla.digest;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The large parts that values have had, such as a table that each of a million records refers to: it is walked when it
 * is first met, and once more at the end, to see whether it has changed meanwhile.
 */
final class SharedParts {

    /** How many steps the walk of a part takes that is worth being remembered. */
    static final int LARGE = 256;

    private static final int MOST = 1024;

    private final IdentityHashMap<Object, Part> parts = new IdentityHashMap<>();

    /** Returns the hash of {@code value}, null if it is not known. */
    @Nullable
    Long hashOf(Object value) {
        if (parts.isEmpty()) {
            return null;
        }
        Part part = parts.get(value);
        if (part == null) {
            return null;
        }
        part.isShared = true;
        return part.hash;
    }

    void add(Object value, long hash) {
        if (parts.size() < MOST) {
            parts.put(value, new Part(hash));
        }
    }

    /** Returns whether what was taken for known has changed, and forgets everything. */
    boolean endsChanged(ContentDigest again) {
        boolean changed = false;
        for (var entry : parts.entrySet()) {
            Part part = entry.getValue();
            changed |= part.isShared && again.of(entry.getKey()) != part.hash;
        }
        forget();
        return changed;
    }

    void forget() {
        parts.clear();
    }

    private static final class Part {

        final long hash;

        /** Whether the hash was used. */
        boolean isShared;

        Part(long hash) {
            this.hash = hash;
        }
    }
}
