package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Sink;
import dev.favilla.spill.FinishedTable;
import dev.favilla.value.Primitive;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** Where records enter a segment. What a copy of its class has to know, too, is here. */
abstract class SegmentEntry extends Sink {

    /** Whether the segment wants no more. */
    boolean shut;

    /** Returns how the segment makes another, which then gets what this one knows. */
    abstract ClassRecipe own();

    /** Before operators. */
    static final class ToOperators extends SegmentEntry {

        private final Sink first;
        private final TaskScope scope;

        ToOperators(Sink first, TaskScope scope) {
            this.first = first;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            scope.glanceAtKill(); // for each record: a function may take long, and swallow its interrupt
            if (shut) {
                return false;
            }
            if (first.push(record)) {
                return true;
            }
            shut = true;
            return false;
        }

        @Override
        public int pushAll(@Nullable Object[] records, int from, int to) throws Exception {
            if (shut) {
                return 0;
            }
            for (int i = from; i < to; i++) {
                scope.glanceAtKill();
                if (!first.push(records[i])) {
                    shut = true;
                    return i - from;
                }
            }
            return to - from;
        }

        /** Boxes each number where operators are inlined, which then is no object as a rule. */
        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            if (shut) {
                return 0;
            }
            for (int i = from; i < to; i++) {
                scope.glanceAtKill();
                if (!first.push(kind.fresh(bits[i]))) {
                    shut = true;
                    return i - from;
                }
            }
            return to - from;
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            return !shut && first.takeTable(table);
        }

        @Override
        ClassRecipe own() {
            return new ClassRecipe(MethodHandles.lookup(), first, scope);
        }
    }

    /** Where there are no operators: the source alone decides how long a record takes, and nobody looks but here. */
    static final class ToExit extends SegmentEntry {

        private final Sink exit;
        private final TaskScope scope;

        ToExit(Sink exit, TaskScope scope) {
            this.exit = exit;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            scope.checkKilled();
            return !shut && exit.push(record);
        }

        @Override
        public int pushAll(@Nullable Object[] records, int from, int to) throws Exception {
            scope.checkKilled();
            return shut ? 0 : exit.pushAll(records, from, to);
        }

        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            scope.checkKilled();
            return shut ? 0 : exit.pushNumbers(kind, bits, from, to);
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            return !shut && exit.takeTable(table);
        }

        @Override
        ClassRecipe own() {
            return new ClassRecipe(MethodHandles.lookup(), exit, scope);
        }
    }
}
