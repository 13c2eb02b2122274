package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Sink;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** Where records enter a segment. What a copy of its class has to know, too, is here. */
abstract class SegmentEntry extends Sink {

    /** Records between two looks at the kill flag; a power of two. */
    private static final int LOOK_EVERY = 64;

    /** Whether the segment wants no more. */
    boolean shut;

    /** Returns how the segment makes another, which then gets what this one knows. */
    abstract ClassRecipe own();

    /** Before operators. */
    static final class ToOperators extends SegmentEntry {

        private final Sink first;
        private final TaskScope scope;
        private int entered;

        ToOperators(Sink first, TaskScope scope) {
            this.first = first;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            if ((entered++ & (LOOK_EVERY - 1)) == 0) {
                scope.checkKilled();
            }
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
            int next = from;
            while (next < to && !shut) {
                scope.checkKilled();
                int end = Math.min(to, next + LOOK_EVERY);
                while (next < end && first.push(records[next])) {
                    next++;
                }
                shut = next < end;
            }
            return next - from;
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
        ClassRecipe own() {
            return new ClassRecipe(MethodHandles.lookup(), exit, scope);
        }
    }
}
