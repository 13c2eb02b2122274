package dev.favilla.shuffle;

import dev.favilla.spill.FinishedTable;
import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/** Takes shuffled entries. */
@FunctionalInterface
public interface EntrySink {

    /** Takes one entry and returns whether more are wanted. */
    boolean push(@Nullable Object key, @Nullable Object value) throws Exception;

    /**
     * Takes all entries there are as a table, or returns false and does nothing: then they are pushed. Asked before the
     * first of them.
     */
    default boolean takeTable(FinishedTable table) throws Exception {
        return false;
    }

    /**
     * Takes entries whose keys and values are numbers, in their order, until no more are wanted.
     *
     * @param entries the bits of key, value, key, value, ...; not to be changed or kept
     * @param from the number of the first entry: its key is at twice that place
     * @param to the number of the entry behind the last
     * @return after how many of them more were wanted: {@code to - from} if more are wanted still; if fewer, the one at
     *     that place was the last that was taken
     */
    default int pushNumbers(Primitive keys, Primitive values, long[] entries, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            if (!push(keys.box(entries[2 * i]), values.box(entries[2 * i + 1]))) {
                return i - from;
            }
        }
        return to - from;
    }
}
