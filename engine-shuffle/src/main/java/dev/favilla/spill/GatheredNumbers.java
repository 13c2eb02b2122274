package dev.favilla.spill;

import dev.favilla.value.NumberList;
import dev.favilla.value.Primitive;
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

    /** Returns them as they are now, to be looked at before another is added. */
    List<@Nullable Object> asList() {
        return listOf(numbers);
    }

    /** Returns them as a list of its own. */
    List<@Nullable Object> toList() {
        return listOf(size == numbers.length ? numbers : Arrays.copyOf(numbers, size));
    }

    @SuppressWarnings("NullAway") // none of them is null
    private List<@Nullable Object> listOf(long[] bits) {
        return NumberList.of(kind, bits, size);
    }
}
