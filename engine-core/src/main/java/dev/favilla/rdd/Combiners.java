package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.closure.NumberOperators;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.spill.Combiner;
import dev.favilla.stats.Aggregate;
import dev.favilla.value.Primitive;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** The ways in which values of one key become one, as the API offers them. */
public final class Combiners {

    private Combiners() {}

    private static @Nullable Object call(
            ReduceFunction<@Nullable Object> function, String operation, @Nullable Object left, @Nullable Object right)
            throws Exception {
        try {
            return function.call(left, right);
        } catch (Exception | Error e) {
            throw UserCode.failure(operation, pair(left, right), e);
        }
    }

    private static @Nullable Object add(
            CombineFunction<@Nullable Object, @Nullable Object> function,
            String operation,
            @Nullable Object accumulator,
            @Nullable Object value)
            throws Exception {
        try {
            return function.call(accumulator, value);
        } catch (Exception | Error e) {
            throw UserCode.failure(operation, pair(accumulator, value), e);
        }
    }

    private static String pair(@Nullable Object left, @Nullable Object right) {
        return UserCodeException.preview(left) + " and " + UserCodeException.preview(right);
    }

    /**
     * The values of a key, two by two.
     *
     * @param merge the user's function
     * @param operation where the user passed it
     */
    public record Reduce(ReduceFunction<@Nullable Object> merge, String operation)
            implements Combiner<@Nullable Object, @Nullable Object>, Closure.AroundFunction {

        @Override
        public Object function() {
            return merge;
        }

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) throws Exception {
            return call(merge, operation, accumulator, value);
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) throws Exception {
            return call(merge, operation, left, right);
        }

        @Override
        public @Nullable LongBinaryOperator ofNumbers(Primitive kind) {
            return NumberOperators.of(merge, kind);
        }
    }

    /** One of each: the key is all that is kept. */
    public record Distinct() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return null;
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
            return null;
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
            return null;
        }
    }

    /**
     * The values of a key, added one by one to a fresh zero.
     *
     * @param zero what each accumulator starts from
     * @param add the user's function for a value
     * @param merge the user's function for two accumulators
     * @param operation where the user passed them
     */
    public record Fold(
            ZeroValue zero,
            CombineFunction<@Nullable Object, @Nullable Object> add,
            ReduceFunction<@Nullable Object> merge,
            String operation)
            implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) throws Exception {
            return add(zero.fresh(), value);
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) throws Exception {
            return Combiners.add(add, operation, accumulator, value);
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) throws Exception {
            return call(merge, operation, left, right);
        }
    }

    /**
     * The values of a key, added one by one to an accumulator that is made of the first.
     *
     * @param create the user's function for the first value
     * @param add the user's function for a further one
     * @param merge the user's function for two accumulators
     * @param operation where the user passed them
     */
    public record Combine(
            MapFunction<@Nullable Object, @Nullable Object> create,
            CombineFunction<@Nullable Object, @Nullable Object> add,
            ReduceFunction<@Nullable Object> merge,
            String operation)
            implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) throws Exception {
            try {
                return create.call(value);
            } catch (Exception | Error e) {
                throw UserCode.failure(operation, UserCodeException.preview(value), e);
            }
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) throws Exception {
            return Combiners.add(add, operation, accumulator, value);
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) throws Exception {
            return call(merge, operation, left, right);
        }
    }

    /**
     * A function that merges values, where one that adds a value to an accumulator is asked for.
     *
     * @param merge the user's function
     */
    public record Merging(ReduceFunction<@Nullable Object> merge)
            implements CombineFunction<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object call(@Nullable Object accumulator, @Nullable Object value) throws Exception {
            return merge.call(accumulator, value);
        }
    }

    /**
     * The parts of an aggregate, which are yet to be finished.
     *
     * @param aggregate the user's
     * @param operation where the user passed it
     */
    public record Parts(Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> aggregate, String operation)
            implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) throws Exception {
            Object zero;
            try {
                zero = aggregate.zero();
            } catch (Exception | Error e) {
                throw UserCode.failure(operation, UserCodeException.preview(value), e);
            }
            return add(zero, value);
        }

        @Override
        public @Nullable Object add(@Nullable Object part, @Nullable Object value) throws Exception {
            return Combiners.add(aggregate::add, operation, part, value);
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) throws Exception {
            return call(aggregate::merge, operation, left, right);
        }
    }

    /**
     * What the parts of an aggregate come to.
     *
     * @param aggregate the user's
     */
    public record Finish(Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> aggregate)
            implements MapFunction<@Nullable Object, @Nullable Object> {

        @Override
        @SuppressWarnings("NullAway") // null may be what no values come to
        public @Nullable Object call(@Nullable Object part) throws Exception {
            return aggregate.finish(part);
        }
    }
}
