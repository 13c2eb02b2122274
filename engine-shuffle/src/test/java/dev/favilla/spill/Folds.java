package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** What the tests of tables fold with. */
final class Folds {

    private Folds() {}

    @SuppressWarnings("unchecked")
    static List<Object> list(Object accumulator) {
        return (List<Object>) accumulator;
    }

    /** All values of a key, in a list that it changes. */
    record Lists() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public Object create(@Nullable Object value) {
            List<Object> list = new ArrayList<>();
            list.add(value);
            return list;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            list(accumulator).add(value);
            return accumulator;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            list(left).addAll(list(right));
            return left;
        }
    }

    record Count() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public Object create(@Nullable Object value) {
            return 1L;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            return (Long) accumulator + 1;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            return (Long) left + (Long) right;
        }
    }

    record Nothing() implements Combiner<@Nullable Object, @Nullable Object> {

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

    record Failing() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            throw new IllegalArgumentException("twice is once too often");
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            throw new IllegalArgumentException("never called");
        }
    }

    /** The sum of doubles, whose bits tell in which order they were added. */
    record Sum() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            return (Double) accumulator + (Double) value;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            return (Double) left + (Double) right;
        }
    }

    /** Adds whole numbers, also as bits. */
    record LongSum() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            return (Long) accumulator + (Long) value;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            return add(left, right);
        }

        @Override
        public @Nullable LongBinaryOperator ofNumbers(Primitive kind) {
            return kind == Primitive.LONG ? Long::sum : null;
        }
    }
}
