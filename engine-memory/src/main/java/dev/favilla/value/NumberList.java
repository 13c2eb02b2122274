package dev.favilla.value;

import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;

/**
 * A list of numbers of one kind that keeps their bits and makes the numbers when they are asked for. It is equal to any
 * other list of the same numbers, and nothing can change it.
 *
 * <p>Written anywhere it is an {@link ArrayList}: what reads it need not know of this class.
 */
public final class NumberList extends AbstractList<Object> implements RandomAccess, ImmutableValue, Serializable {

    private static final long serialVersionUID = 1L;

    private static final NumberList EMPTY = new NumberList(Primitive.LONG, new long[0], 0);

    private final transient Primitive kind;
    private final transient long[] numbers;

    /** How many of them there are; the places behind are not looked at. */
    private final transient int size;

    private NumberList(Primitive kind, long[] numbers, int size) {
        this.kind = kind;
        this.numbers = numbers;
        this.size = size;
    }

    /**
     * Returns the first {@code size} of {@code numbers} as a list, which is given the array.
     *
     * @param numbers the bits; not to be changed any more
     */
    public static NumberList of(Primitive kind, long[] numbers, int size) {
        Objects.checkFromIndexSize(0, size, numbers.length);
        return size == 0 ? EMPTY : new NumberList(kind, numbers, size);
    }

    /** Returns a list of nothing. */
    public static NumberList empty() {
        return EMPTY;
    }

    @Override
    public Object get(int index) {
        return box(kind, numbers[Objects.checkIndex(index, size)]);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<Object> iterator() {
        return new Numbers(kind, numbers, size);
    }

    @Override
    public void forEach(Consumer<? super Object> action) {
        for (int i = 0; i < size; i++) {
            action.accept(box(kind, numbers[i]));
        }
    }

    @Override
    public boolean equals(Object other) {
        if (other instanceof NumberList list && list.kind == kind && kind.hasBitsForEquality()) {
            return Arrays.equals(numbers, 0, size, list.numbers, 0, list.size);
        }
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /** Returns the same numbers in an {@link ArrayList}. */
    public List<Object> toArrayList() {
        return new ArrayList<>(this);
    }

    /** Which kind is asked first, so that the compiler sees what is made of the most frequent one, and that it need not be. */
    private static Object box(Primitive kind, long bits) {
        return kind == Primitive.LONG ? (Object) bits : kind.box(bits);
    }

    private Object writeReplace() {
        return toArrayList();
    }

    private static final class Numbers implements Iterator<Object> {

        private final Primitive kind;
        private final long[] numbers;
        private final int end;
        private int next;

        Numbers(Primitive kind, long[] numbers, int end) {
            this.kind = kind;
            this.numbers = numbers;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public Object next() {
            if (next >= end) {
                throw new NoSuchElementException("All " + end + " numbers were handed out");
            }
            return box(kind, numbers[next++]);
        }
    }
}
