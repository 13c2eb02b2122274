package dev.favilla;

import static dev.favilla.Arguments.notNull;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A comparator that can travel into tasks. {@code Comparator.comparing(Pair::value)} cannot be serialized;
 * {@code Ordering.by(Pair::value)} can.
 *
 * @param <T> what is compared
 */
@FunctionalInterface
public interface Ordering<T> extends Comparator<T>, Serializable {

    /** Returns the natural order. */
    static <T extends Comparable<? super T>> Ordering<T> natural() {
        return (left, right) -> present(left).compareTo(present(right));
    }

    private static <T> T present(T value) {
        if (value == null) {
            throw new NullPointerException(
                    "null has no natural order; filter such records out, or give an Ordering that says where they belong");
        }
        return value;
    }

    /** Returns the order of what {@code key} makes of each value. */
    static <T, U extends Comparable<? super U>> Ordering<T> by(Key<? super T, ? extends U> key) {
        return new ByKey<>(notNull(key, "key"));
    }

    /** Returns the opposite order. */
    @Override
    default Ordering<T> reversed() {
        return new Reversed<>(this);
    }

    /** Returns this order, with ties in the order of {@code next}. */
    default Ordering<T> thenBy(Ordering<? super T> next) {
        return new Then<>(this, notNull(next, "next"));
    }

    /** Returns this order, with ties in the order of what {@code key} makes of each value. */
    default <U extends Comparable<? super U>> Ordering<T> thenBy(Key<? super T, ? extends U> key) {
        return new Then<>(this, new ByKey<>(notNull(key, "key")));
    }

    /** What a value is compared by. */
    @FunctionalInterface
    interface Key<T, U> extends Serializable {

        U of(T value);
    }

    /** See {@link Ordering#by}. */
    record ByKey<T, U extends Comparable<? super U>>(Key<? super T, ? extends U> key) implements Ordering<T> {

        @Override
        public int compare(T left, T right) {
            return present(left).compareTo(present(right));
        }

        private U present(T value) {
            U found = key.of(value);
            if (found == null) {
                throw new NullPointerException(
                        "what Ordering.by compares by is null, and null has no order; filter such"
                                + " records out, or make it something else");
            }
            return found;
        }
    }

    /** See {@link Ordering#reversed}. */
    record Reversed<T>(Ordering<T> order) implements Ordering<T> {

        @Override
        public int compare(T left, T right) {
            return order.compare(right, left);
        }

        @Override
        public Ordering<T> reversed() {
            return order;
        }
    }

    /** See {@link Ordering#thenBy(Ordering)}. */
    record Then<T>(Ordering<T> first, Ordering<? super T> next) implements Ordering<T> {

        @Override
        public int compare(T left, T right) {
            int order = first.compare(left, right);
            return order != 0 ? order : next.compare(left, right);
        }
    }
}
