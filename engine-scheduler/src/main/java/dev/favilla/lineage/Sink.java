package dev.favilla.lineage;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.spill.FinishedTable;
import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/**
 * Takes records one at a time; a chain of sinks is a fused pipeline. Used by one attempt on its thread.
 *
 * <p>An abstract class, not an interface: the call in the innermost loop is cheaper.
 */
public abstract class Sink {

    /** Takes one record and returns whether more are wanted. After false, what is pushed is ignored. */
    public abstract boolean push(@Nullable Object record) throws Exception;

    /**
     * Takes the records of {@code records} from {@code from} to {@code to}, exclusive, in order, until no more are
     * wanted. Neither changes the array nor keeps it.
     *
     * @return after how many of them more were wanted: {@code to - from} if more are wanted still; if fewer, the one at
     *     that place was the last that was taken
     */
    public int pushAll(@Nullable Object[] records, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            if (!push(records[i])) {
                return i - from;
            }
        }
        return to - from;
    }

    /**
     * As {@link #pushAll}, of records that are numbers.
     *
     * @param bits of the numbers
     */
    public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            if (!push(kind.box(bits[i]))) {
                return i - from;
            }
        }
        return to - from;
    }

    /**
     * Takes all records there are as a table of their keys and values, or returns false and does nothing: then they are
     * pushed. Asked before the first of them, if they are entries that an aggregation has come to.
     */
    public boolean takeTable(FinishedTable table) throws Exception {
        return false;
    }

    /**
     * Says that no more records come. Called once, also after {@link #push} has returned false; sinks that pass records
     * on pass this on.
     */
    public void end() throws Exception {}

    /**
     * Returns how to make another sink that does the same, which goes on in this one's place from some record on, or
     * beside it; null if none can. So whatever changes lies in what the arguments refer to.
     */
    public @Nullable ClassRecipe recipe() {
        return null;
    }

    /**
     * Passes records on to {@code downstream} from now on, between two records, and returns true; or returns false and
     * does nothing. Asked of sinks without a {@link #recipe} only.
     */
    public boolean passOnTo(Sink downstream) {
        return false;
    }
}
