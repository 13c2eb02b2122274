package dev.favilla.shuffle;

import java.io.Serializable;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The order that keys have by themselves. Says what to do about those that have none. All are equal. */
public final class NaturalKeys implements Comparator<@Nullable Object>, Serializable {

    private static final long serialVersionUID = 1L;

    private final String operation;

    /** @param operation what needs the order, for example {@code sortByKey} */
    public NaturalKeys(String operation) {
        this.operation = operation;
    }

    /**
     * {@inheritDoc}
     *
     * @throws NullPointerException if one is null
     * @throws ClassCastException if they have no natural order, or none with each other
     */
    @Override
    @SuppressWarnings("unchecked") // a class that cannot be compared with another says so itself
    public int compare(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            throw new NullPointerException("null has no natural order. Filter null keys out before " + operation
                    + ", or give it an Ordering that says where they belong");
        }
        if (left instanceof Comparable<?> comparable) {
            return ((Comparable<Object>) comparable).compareTo(right);
        }
        throw new ClassCastException("keys of " + left.getClass().getName() + " have no natural order. Give "
                + operation + " one, for example Ordering.by(key -> key.field())");
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof NaturalKeys;
    }

    @Override
    public int hashCode() {
        return NaturalKeys.class.hashCode();
    }

    @Override
    public String toString() {
        return "natural order";
    }
}
