package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Short blocks of numbers of the same kinds, copied behind each other so that they can be taken as one. */
final class ShortRuns {

    private static final int FIRST_RECORDS = 16;
    private static final int MOST_RECORDS = 256;

    private long[] entries = {};
    private int records;
    private @Nullable Primitive keys;
    private @Nullable Primitive values;

    /** Copies a block; returns false if it is not short, is of other kinds than those that are here, or does not fit. */
    boolean add(PrimitiveBlock block) {
        int more = block.records();
        if (more > PackedNumbers.MOST_RECORDS || records + more > MOST_RECORDS || !isLike(block)) {
            return false;
        }
        if (2 * (records + more) > entries.length) {
            int length = Math.max(2 * FIRST_RECORDS, Math.max(2 * entries.length, 2 * (records + more)));
            entries = Arrays.copyOf(entries, Math.min(2 * MOST_RECORDS, length));
        }
        keys = block.keys();
        values = block.values();
        System.arraycopy(block.entries(), 2 * block.first(), entries, 2 * records, 2 * more);
        records += more;
        return true;
    }

    private boolean isLike(PrimitiveBlock block) {
        return records == 0 || (keys == block.keys() && values == block.values());
    }

    /** Hands on what is here, if anything is, and forgets it. */
    void moveTo(Target target) throws Exception {
        Primitive ofKeys = keys;
        Primitive ofValues = values;
        int count = records;
        records = 0;
        if (count > 0 && ofKeys != null && ofValues != null) {
            target.take(ofKeys, ofValues, entries, count);
        }
    }

    /** Takes records whose keys and values are numbers. */
    interface Target {

        /**
         * Takes some.
         *
         * @param entries the bits of key, value, key, value, ... of {@code records} records; not to be kept
         */
        void take(Primitive keys, Primitive values, long[] entries, int records) throws Exception;
    }
}
