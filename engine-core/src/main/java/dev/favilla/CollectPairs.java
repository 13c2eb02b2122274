package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects records of which each must be a pair, and finds out where they are computed if one is not.
 *
 * @param collect what is done with them
 * @param pairs what they must be
 */
record CollectPairs(Action collect, PairFormat pairs) implements Action {

    @Override
    public String name() {
        return collect.name();
    }

    @Override
    public boolean keepsRecords() {
        return collect.keepsRecords();
    }

    @Override
    public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
        return collect.run(new PairCursor(input, pairs), scope);
    }

    @Override
    public long resultBytes(@Nullable Object staged) {
        return collect.resultBytes(staged);
    }

    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) throws Exception {
        return collect.merge(staged);
    }

    /** Is its own sink, in front of the one of the present step. */
    private static final class PairCursor extends Sink implements Cursor {

        private final Cursor input;
        private final PairFormat pairs;
        private @Nullable Sink target;

        PairCursor(Cursor input, PairFormat pairs) {
            this.input = input;
            this.pairs = pairs;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            target = sink;
            return input.drive(this, max);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            pairs.key(record);
            return target != null && target.push(record);
        }

        @Override
        public void close() {
            input.close();
        }
    }
}
