package dev.favilla.spill;

import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Records in the order they came, until they are sorted; then they leave one by one. */
final class SortBuffer {

    private static final int FIRST_PLACES = 1024;
    private static final int MOST_PLACES = 1 << 30;
    private static final int BYTES_PER_REFERENCE = 4;

    private final RecordOrder order;
    private final PrefixSort prefixes;

    private @Nullable Object[] records = new Object[0];
    private SizeEstimator.Sampler sizes = new SizeEstimator.Sampler();

    /** Records that came. */
    private int size;

    /** Records that have left. */
    private int left;

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
                + (left == 0 ? size * prefixes.bytesPerRecord() : 0)
                + recordBytes();
    }

    private long recordBytes() {
        return left == 0 ? sizes.bytes() : (long) ((double) remaining() / size * sizes.bytes());
    }

    /** Returns what is held once there is place for another record: where arrays grow, old and new ones at once. */
    long bytesWithAnother() {
        return bytes() + (isFull() ? (long) grown() * BYTES_PER_REFERENCE : 0);
    }

    private int grown() {
        return Math.min(MOST_PLACES, Math.max(FIRST_PLACES, 2 * records.length));
    }

    /** Adds a record and returns by about how much what is held has grown, but for the array of the records. */
    long add(@Nullable Object record) {
        if (isFull()) {
            if (size == MOST_PLACES) {
                throw new IllegalStateException(
                        "More than " + size + " records in one partition are held at once; use" + " more partitions");
            }
            records = Arrays.copyOf(records, grown());
        }
        records[size++] = record;
        return sizes.add(record) + prefixes.bytesPerRecord();
    }

    /**
     * Sorts what is here; records that compare equal stay in the order they came.
     *
     * @return whether keys are of classes whose order is beyond doubt
     */
    boolean sort() {
        if (size == 0 || prefixes.sort(records, size)) {
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
        Object record = records[left];
        records[left++] = null;
        return record;
    }

    /** Drops everything. */
    void clear() {
        records = new Object[0];
        sizes = new SizeEstimator.Sampler();
        size = 0;
        left = 0;
    }
}
