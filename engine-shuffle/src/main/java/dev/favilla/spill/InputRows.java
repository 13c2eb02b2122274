package dev.favilla.spill;

import dev.favilla.value.NumberList;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The values of one input for the keys of a table, each in a row of its own, in the order they came: as bits as long as all
 * are numbers of one kind, else by reference. The rows of a key are a ring, from the last one to the first.
 */
final class InputRows {

    private static final int FIRST_ROWS = 64;
    private static final int REFERENCE_BYTES = 4;

    /** About by how much the arrays grow for a value. */
    static final int BYTES_PER_ROW = 16;

    /** By entry, its last row; 0 if it has none. */
    private int[] last = new int[FIRST_ROWS];

    /** By row, the next one of the same entry; of the last one the first. Row 0 is never used. */
    private int[] next = new int[FIRST_ROWS];

    private int rows = 1;

    /** Null before the first value, and if values are references. */
    private @Nullable Primitive kind;

    /** Empty if values are references. */
    private long[] numbers = {};

    /** Empty if values are numbers. */
    private @Nullable Object[] references = {};

    private final SizeEstimator.Sampler sizes = new SizeEstimator.Sampler();

    /** Returns whether numbers of that kind are kept as bits. */
    boolean takes(Primitive ofKind) {
        if (rows == 1 && kind == null) {
            kind = ofKind;
            numbers = new long[next.length];
        }
        return kind == ofKind;
    }

    /** Adds a value to those of an entry, and returns about what it takes beside the arrays. */
    long add(int entry, @Nullable Object value) {
        Primitive ofValue = Primitive.of(value);
        if (ofValue != null && value != null && takes(ofValue)) {
            add(entry, ofValue.bits(value));
            return 0;
        }
        dissolve();
        int row = append(entry); // may make the array another
        references[row] = value;
        return sizes.add(value);
    }

    /** Adds a number of the kind that is kept as bits to the values of an entry. */
    void add(int entry, long number) {
        int row = append(entry); // may make the array another
        numbers[row] = number;
    }

    private int append(int entry) {
        if (rows == next.length) {
            int more = rows + (rows >> 1);
            next = Arrays.copyOf(next, more);
            if (kind != null) {
                numbers = Arrays.copyOf(numbers, more);
            } else {
                references = Arrays.copyOf(references, more);
            }
        }
        if (entry >= last.length) {
            last = Arrays.copyOf(last, Math.max(entry + 1, last.length + (last.length >> 1)));
        }
        int row = rows++;
        int before = last[entry];
        if (before == 0) {
            next[row] = row;
        } else {
            next[row] = next[before];
            next[before] = row;
        }
        last[entry] = row;
        return row;
    }

    /** Makes references of all values. */
    private void dissolve() {
        Primitive before = kind;
        if (before != null || references.length == 0) {
            references = new Object[next.length];
            kind = null;
            for (int row = 1; before != null && row < rows; row++) {
                references[row] = before.box(numbers[row]);
                sizes.add(references[row]);
            }
            numbers = new long[0];
        }
    }

    /** Returns the values of an entry in a list of the caller's own. */
    List<@Nullable Object> valuesOf(int entry) {
        int end = entry < last.length ? last[entry] : 0;
        int count = 0;
        if (end != 0) {
            count = 1;
            for (int row = next[end]; row != end; row = next[row]) {
                count++;
            }
        }
        Primitive bits = kind;
        if (bits != null || count == 0) {
            return numbersFrom(bits == null ? Primitive.LONG : bits, end, count);
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        forEach(entry, values::add);
        return values;
    }

    @SuppressWarnings("NullAway") // none of them is null
    private List<@Nullable Object> numbersFrom(Primitive bits, int end, int count) {
        long[] found = new long[count];
        int row = end;
        for (int i = 0; i < count; i++) {
            row = next[row];
            found[i] = numbers[row];
        }
        return NumberList.of(bits, found, count);
    }

    /** Hands out the values of an entry. */
    void forEach(int entry, Consumer<@Nullable Object> to) {
        int end = entry < last.length ? last[entry] : 0;
        Primitive bits = kind;
        int row = end;
        while (end != 0) {
            row = next[row];
            to.accept(bits != null ? bits.box(numbers[row]) : references[row]);
            if (row == end) {
                return;
            }
        }
    }

    /** Returns about what all of it takes. */
    long bytes() {
        return (long) Integer.BYTES * (last.length + next.length)
                + (long) Long.BYTES * numbers.length
                + (long) REFERENCE_BYTES * references.length
                + sizes.bytes();
    }

    /** Returns so many empty ones. */
    static List<InputRows> empty(int inputs) {
        List<InputRows> rows = new ArrayList<>(inputs);
        for (int i = 0; i < inputs; i++) {
            rows.add(new InputRows());
        }
        return rows;
    }
}
