package dev.favilla.shuffle;

import dev.favilla.closure.Closure;
import dev.favilla.spill.Combiner;
import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Aggregators for tests. */
public final class TestCombiners {

    private TestCombiners() {}

    /** Sums longs on the map side too. */
    public static Aggregator sum() {
        return aggregator(new Sum(false), true, true);
    }

    /** Sums longs, bringing a zero of 1000 for each accumulator. */
    public static Aggregator sumFromAThousand() {
        return aggregator(new SumFromAThousand(), true, false);
    }

    /** Collects values on the reduce side only. */
    public static Aggregator group() {
        return aggregator(new Group(), false, true);
    }

    /** Collects values on the map side too, into lists that it changes. */
    public static Aggregator combinedGroup() {
        return aggregator(new Group(), true, true);
    }

    @SuppressWarnings("unchecked")
    public static Aggregator aggregator(Combiner<?, ?> combiner, boolean mapSide, boolean restartable) {
        return new Aggregator(
                Closure.capture((Combiner<@Nullable Object, @Nullable Object>) combiner, "a test"),
                mapSide,
                restartable);
    }

    /** As {@link #sum}, and says which operator does it. */
    public static Aggregator sumOfBits() {
        return aggregator(new Sum(true), true, true);
    }

    /** @param told whether it says which operator does it */
    private record Sum(boolean told) implements Combiner<Long, Long> {

        @Override
        public Long create(Long value) {
            return value;
        }

        @Override
        public Long add(Long accumulator, Long value) {
            return accumulator + value;
        }

        @Override
        public Long merge(Long left, Long right) {
            return left + right;
        }

        @Override
        public @Nullable LongBinaryOperator ofNumbers(Primitive kind) {
            return told && kind == Primitive.LONG ? Long::sum : null;
        }
    }

    private record SumFromAThousand() implements Combiner<Long, Long> {

        @Override
        public Long create(Long value) {
            return 1000 + value;
        }

        @Override
        public Long add(Long accumulator, Long value) {
            return accumulator + value;
        }

        @Override
        public Long merge(Long left, Long right) {
            return left + right;
        }
    }

    private record Group() implements Combiner<Object, List<Object>> {

        @Override
        public List<Object> create(Object value) {
            List<Object> group = new ArrayList<>();
            group.add(value);
            return group;
        }

        @Override
        public List<Object> add(List<Object> group, Object value) {
            group.add(value);
            return group;
        }

        @Override
        public List<Object> merge(List<Object> left, List<Object> right) {
            left.addAll(right);
            return left;
        }
    }
}
