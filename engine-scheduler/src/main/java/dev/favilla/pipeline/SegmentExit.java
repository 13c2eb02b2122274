package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Sink;
import dev.favilla.spill.FinishedTable;
import dev.favilla.value.Primitive;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** Where records leave a segment. What a copy of its class has to know, too, is here. */
abstract class SegmentExit extends Sink {

    @Nullable
    Sink target;

    /** Whether the target has said that it wants no more. */
    boolean shut;

    /** Returns how the segment makes another, which then gets what this one knows. */
    abstract ClassRecipe own();

    /** Passes on until the target wants no more. Whoever drives the pipeline ends the target, not the operators. */
    static final class Open extends SegmentExit {

        Open() {}

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Sink to = target;
            if (shut || to == null) {
                return false;
            }
            if (to.push(record)) {
                return true;
            }
            shut = true;
            return false;
        }

        @Override
        public int pushAll(@Nullable Object[] records, int from, int to) throws Exception {
            Sink all = target;
            if (shut || all == null) {
                return 0;
            }
            int taken = all.pushAll(records, from, to);
            shut = taken < to - from;
            return taken;
        }

        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            Sink all = target;
            if (shut || all == null) {
                return 0;
            }
            int taken = all.pushNumbers(kind, bits, from, to);
            shut = taken < to - from;
            return taken;
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            Sink all = target;
            return !shut && all != null && all.takeTable(table);
        }

        @Override
        ClassRecipe own() {
            return new ClassRecipe(MethodHandles.lookup());
        }
    }
}
