package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.function.ForeachFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the actions do in each partition, and with what comes of it. */
final class Actions {

    private Actions() {}

    /** Pushes all records of {@code input} into {@code sink}, or as many as it wants. */
    static void drain(Cursor input, Sink sink) throws Exception {
        input.drain(sink);
        sink.end();
    }

    /** All records, up to {@code limit} of each partition. */
    record Collect(String name, int limit) implements Action {

        @Override
        public boolean keepsRecords() {
            return true;
        }

        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            Gathering gathering = new Gathering(limit, ResultSizes.open(scope));
            drain(input, gathering);
            return gathering.finish();
        }

        /** Estimated also where nothing is copied: all of it is to be held at once. */
        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        /** Leaves the parts as they are: observers may hold them, too. */
        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            int size = 0;
            for (Object part : staged) {
                size = Math.addExact(size, ((List<?>) part).size());
            }
            ArrayList<@Nullable Object> all = new ArrayList<>(size);
            for (Object part : staged) {
                all.addAll((List<?>) part);
            }
            return all;
        }
    }

    /** All records of each partition. */
    record CollectPartitions() implements Action {

        @Override
        public String name() {
            return "collectPartitions";
        }

        @Override
        public boolean keepsRecords() {
            return true;
        }

        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            return new Collect(name(), Integer.MAX_VALUE).run(input, scope);
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            return staged;
        }
    }

    /** Nothing but what happens on the way to the records. */
    record Effects(String name) implements Action {

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            drain(input, new Sink() {
                @Override
                public boolean push(@Nullable Object record) {
                    return true;
                }
            });
            return null;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            return null;
        }

        @Override
        public boolean isIrrevocable() {
            return true;
        }
    }

    /** How many records there are. */
    record Count() implements Action {

        @Override
        public String name() {
            return "count";
        }

        @Override
        public Long run(Cursor input, TaskScope scope) throws Exception {
            CountingSink sink = new CountingSink();
            drain(input, sink);
            return sink.count;
        }

        @Override
        public Long merge(List<@Nullable Object> staged) {
            long sum = 0;
            for (Object count : staged) {
                sum += (Long) count;
            }
            return sum;
        }

        private static final class CountingSink extends Sink {

            private long count;

            @Override
            public boolean push(@Nullable Object record) {
                count++;
                return true;
            }

            @Override
            public int pushAll(@Nullable Object[] records, int from, int to) {
                count += to - from;
                return to - from;
            }

            @Override
            public int pushNumbers(Primitive kind, long[] bits, int from, int to) {
                count += to - from;
                return to - from;
            }
        }
    }

    /** The user's function for each record, for its effect. */
    record Foreach(Closure<ForeachFunction<@Nullable Object>> function, CallSite callSite) implements Action {

        @Override
        public String name() {
            return "foreach";
        }

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            ForeachFunction<@Nullable Object> body = function.forTask(scope);
            drain(input, new EachSink(body, callSite));
            return null;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            return null;
        }

        @Override
        public boolean isIrrevocable() {
            return true;
        }
    }

    private static final class EachSink extends Sink {

        private final ForeachFunction<@Nullable Object> body;
        private final CallSite callSite;

        EachSink(ForeachFunction<@Nullable Object> body, CallSite callSite) {
            this.body = body;
            this.callSite = callSite;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            try {
                body.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(callSite.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), body, callSite);
        }
    }

    /** A value that is there; its absence is null. */
    record Present(@Nullable Object value) implements Serializable {

        private static final long ITSELF = new SizeEstimator().estimate(new Present(null));

        /** Returns about how many bytes it takes. */
        long bytes() {
            return ITSELF + new SizeEstimator().estimate(value);
        }
    }

    /** All records merged two by two; {@link Present}, or null if there is none. */
    record Reduce(Closure<ReduceFunction<@Nullable Object>> function, CallSite callSite) implements Action {

        @Override
        public String name() {
            return callSite.operation();
        }

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            Folding.Reducing sink = Folding.reducing(function.forTask(scope), scope, callSite, null);
            drain(input, sink);
            return sink.total().present();
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return staged instanceof Present present ? present.bytes() : 0;
        }

        @Override
        public boolean mergesInSlot() {
            return true;
        }

        /** What one partition has left is the result: there is nothing to merge it with. */
        @Override
        public boolean mergesInSlot(int results) {
            return results != 1;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            if (staged.size() != 1) {
                throw notInSlot();
            }
            return staged.get(0);
        }

        @Override
        public @Nullable Object mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
            Folding.Reducing sink = Folding.reducing(function.forTask(scope), scope, callSite, null);
            for (Object part : staged) {
                if (part != null) {
                    sink.push(((Present) part).value());
                }
            }
            return sink.total().present();
        }
    }

    /** All records added to a zero, in each partition and at the end. */
    record Fold(ZeroValue zero, Closure<ReduceFunction<@Nullable Object>> function, CallSite callSite)
            implements Action {

        @Override
        public String name() {
            return "fold";
        }

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
            Present start = new Present(zero.fresh());
            Folding.Reducing sink = Folding.reducing(function.forTask(scope), scope, callSite, start);
            drain(input, sink);
            return sink.total().value();
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        public boolean mergesInSlot() {
            return true;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            throw notInSlot();
        }

        @Override
        public @Nullable Object mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
            Present start = new Present(zero.fresh());
            Folding.Reducing sink = Folding.reducing(function.forTask(scope), scope, callSite, start);
            for (Object part : staged) {
                sink.push(part);
            }
            return sink.total().value();
        }
    }

    /** Returns what to throw where an action that merges in a slot was about to merge elsewhere. */
    static IllegalStateException notInSlot() {
        return new IllegalStateException("user code was about to run outside of a task slot: a bug in Favilla");
    }
}
