package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.UserCode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.stats.Aggregate;
import dev.favilla.value.SizeEstimator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The actions that make something of another type of all records. Parts are made in each partition and merged in partition
 * order, all in task slots.
 */
final class Aggregating {

    private Aggregating() {}

    /** What both have in common. */
    private interface InSlot extends Action {

        CallSite callSite();

        @Override
        default String name() {
            return callSite().operation();
        }

        @Override
        default long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        default boolean mergesInSlot() {
            return true;
        }

        @Override
        default @Nullable Object merge(List<@Nullable Object> staged) {
            throw Actions.notInSlot();
        }
    }

    /**
     * With functions of the user's and a zero, which each partition starts from, and the end.
     *
     * @param add adds a record to a part
     * @param merge joins two parts
     */
    record OfFunctions(
            ZeroValue zero,
            Closure<CombineFunction<@Nullable Object, @Nullable Object>> add,
            Closure<ReduceFunction<@Nullable Object>> merge,
            CallSite callSite)
            implements InSlot {

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            Actions.Present start = new Actions.Present(zero.fresh());
            Folding.Combining sink = Folding.combining(add.forTask(scope), scope, callSite, start);
            Actions.drain(input, sink);
            return sink.total().value();
        }

        @Override
        public @Nullable Object mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
            Actions.Present start = new Actions.Present(zero.fresh());
            Folding.Reducing sink = Folding.reducing(merge.forTask(scope), scope, callSite, start);
            for (Object part : staged) {
                sink.push(part);
            }
            return sink.total().value();
        }
    }

    /** With an aggregate, which finishes in the slot that merges. */
    record OfAggregate(
            Closure<Aggregate<@Nullable Object, @Nullable Object, @Nullable Object>> aggregate, CallSite callSite)
            implements InSlot {

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> own = aggregate.forTask(scope);
            Folding.Adding sink = Folding.adding(own, scope, callSite, zeroOf(own));
            Actions.drain(input, sink);
            return sink.total().value();
        }

        @Override
        public @Nullable Object mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
            Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> own = aggregate.forTask(scope);
            Folding.Reducing sink = Folding.reducing(own::merge, scope, callSite, zeroOf(own));
            for (Object part : staged) {
                sink.push(part);
            }
            try {
                return own.finish(RDDActions.result(sink.total().value())); // may be null, as the aggregate says
            } catch (Exception | Error e) {
                throw UserCode.failure(callSite.toString(), "(all parts, merged)", e);
            }
        }

        private Actions.Present zeroOf(Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> own) {
            try {
                return new Actions.Present(own.zero());
            } catch (Exception | Error e) {
                throw UserCode.failure(callSite.toString(), "(no record yet)", e);
            }
        }
    }
}
