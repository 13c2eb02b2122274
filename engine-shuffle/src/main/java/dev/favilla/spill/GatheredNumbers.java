package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of one key as long as they are numbers of one kind: their bits, in the order they came. */
final class GatheredNumbers {

    private final Primitive kind;
    private long[] numbers = new long[4];
    private int size;

    GatheredNumbers(Primitive kind, long first) {
        this.kind = kind;
        append(first);
    }

    /** Adds a value, or returns false and does nothing if it is no number of that kind. */
    boolean add(@Nullable Object value) {
        return value != null && kind.has(value) && add(kind, kind.bits(value));
    }

    /** As {@link #add(Object)}, of a number of some kind. */
    boolean add(Primitive ofKind, long number) {
        if (ofKind != kind) {
            return false;
        }
        append(number);
        return true;
    }

    private void append(long number) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, size + (size >> 1));
        }
        numbers[size++] = number;
    }

    int size() {
        return size;
    }

    /** Returns them as objects. */
    List<@Nullable Object> toList() {
        List<@Nullable Object> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(kind.box(numbers[i]));
        }
        return list;
    }
}
