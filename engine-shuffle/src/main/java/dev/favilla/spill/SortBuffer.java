package dev.favilla.spill;

import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Records in the order they came, until they are sorted; then they leave one by one. */
final class SortBuffer {

    private static final int FIRST_PLACES = 1024;
    private static final int MOST_PLACES = 1 << 30;
    private static final int BYTES_PER_REFERENCE = 4;

    /** Records that are looked at together before they leave. */
    private static final int LOOKED_AT = 32;

    private final RecordOrder order;
    private final PrefixSort prefixes;

    private @Nullable Object[] records = new Object[0];
    private SizeEstimator.Sampler sizes = new SizeEstimator.Sampler();

    /** Records that came. */
    private int size;

    /** Records that have left. */
    private int left;

    /** Records that were looked at before they leave. */
    private int lookedAt;

    @SuppressWarnings("UnusedVariable") // what is read ahead must go somewhere, or it is not read
    private int seen;

    SortBuffer(RecordOrder order) {
        this.order = order;
        this.prefixes = new PrefixSort(order);
    }

    boolean isFull() {
        return size == records.length;
    }

    /** Returns how many records came. */
    int size() {
        return size;
    }

    /** Returns how many of them are still here. */
    int remaining() {
        return size - left;
    }

    /** Returns what is held: the records, and what sorting them takes beside, so that moving them out needs no more. */
    long bytes() {
        return (long) records.length * BYTES_PER_REFERENCE
                + prefixes.heldBytes()
                + (left == 0 ? size * prefixes.bytesPerRecord() : 0)
                + recordBytes();
    }

    private long recordBytes() {
        return left == 0 ? sizes.bytes() : (long) ((double) remaining() / size * sizes.bytes());
    }

    /** Returns what is held once there is place for another record: where arrays grow, old and new ones at once. */
    long bytesWithAnother() {
        return bytes() + (isFull() ? (long) grown() * (BYTES_PER_REFERENCE + prefixes.bytesPerPlace()) : 0);
    }

    private int grown() {
        return Math.min(MOST_PLACES, Math.max(FIRST_PLACES, 2 * records.length));
    }

    /** Adds a record and returns by about how much what is held has grown, but for arrays. */
    long add(@Nullable Object record) {
        if (isFull()) {
            if (size == MOST_PLACES) {
                throw new IllegalStateException(
                        "More than " + size + " records in one partition are held at once; use" + " more partitions");
            }
            records = Arrays.copyOf(records, grown());
            prefixes.makeRoom(records.length);
        }
        prefixes.add(record, size);
        records[size++] = record;
        return sizes.add(record) + prefixes.bytesPerRecord();
    }

    /**
     * Sorts what is here; records that compare equal stay in the order they came.
     *
     * @return whether keys are of classes whose order is beyond doubt
     */
    boolean sort() {
        @Nullable Object[] sorted = prefixes.sort(records, size);
        if (sorted != null) {
            records = sorted;
        }
        if (size == 0 || sorted != null) {
            return true;
        }
        try {
            Arrays.sort(records, 0, size, order);
        } catch (IllegalArgumentException e) { // the user's own come out of compare as others
            RuntimeException failure = order.contradiction(String.valueOf(e.getMessage()));
            failure.addSuppressed(e);
            throw failure;
        }
        return false;
    }

    /** Lets the next record go. */
    @Nullable
    Object take() {
        if (left == lookedAt) {
            lookAhead();
        }
        Object record = records[left];
        records[left++] = null;
        return record;
    }

    /**
     * Looks at the next records. After a sort they lie anywhere in memory, and waiting for one after the other would be
     * what takes longest; so waits overlap.
     */
    private void lookAhead() {
        lookedAt = Math.min(size, left + LOOKED_AT);
        for (int i = left; i < lookedAt; i++) {
            seen += look(order.key(records[i])) + look(order.rest(records[i]));
        }
    }

    private static int look(@Nullable Object part) {
        return part instanceof String text ? text.length() : 0;
    }

    /** Drops everything. */
    void clear() {
        prefixes.clear();
        records = new Object[0];
        sizes = new SizeEstimator.Sampler();
        size = 0;
        left = 0;
        lookedAt = 0;
    }
}
