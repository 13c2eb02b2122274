package dev.favilla;

import org.jspecify.annotations.Nullable;

/**
 * The order that records have by themselves. Says what to do about those that have none.
 *
 * @param operation what needs the order, for example {@code top}
 */
record NaturalOrder<T extends @Nullable Object>(String operation) implements Ordering<T> {

    @Override
    @SuppressWarnings("unchecked") // a class that cannot be compared with another says so itself
    public int compare(T left, T right) {
        if (left == null || right == null) {
            throw new NullPointerException("null has no natural order. Filter it out before " + operation
                    + ", or give an Ordering that says where it belongs");
        }
        if (left instanceof Comparable<?> comparable) {
            return ((Comparable<Object>) comparable).compareTo(right);
        }
        throw new ClassCastException(adviceFor(operation, left.getClass()));
    }

    /** Returns what to say of records of {@code type}, which has no natural order. */
    static String adviceFor(String operation, Class<?> type) {
        return "records of " + type.getName() + " have no natural order. Give one, for example " + operation
                + "(10, Ordering.by(" + (type == Pair.class ? "Pair::value" : "record -> record.field()") + "))";
    }
}
