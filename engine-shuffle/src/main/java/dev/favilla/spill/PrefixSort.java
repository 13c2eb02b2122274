package dev.favilla.spill;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sorts records by the natural order of keys of a few everyday classes, several times faster than by comparing them: a
 * number of eight bytes that grows with the key is carried beside each record, and the pairs are sorted by the bytes of
 * these numbers, from the lowest to the highest. Neither keys nor records are visited meanwhile, which is what a sort by
 * comparisons spends its time on.
 *
 * <p>Where equal numbers do not mean equal keys, as with long strings, the records in question are compared afterwards.
 */
final class PrefixSort {

    /** Fewer records are compared: counting bytes costs more. */
    private static final int FEWEST = 256;

    private static final int DIGITS = Long.BYTES;
    private static final int VALUES = 1 << Byte.SIZE;

    private static final int BYTES_PER_REFERENCE = 4;

    /** Numbers and references, each twice. */
    private static final int BYTES_PER_RECORD = 2 * Long.BYTES + BYTES_PER_REFERENCE;

    private static final int LATIN_CHARS = Long.BYTES;
    private static final int CHARS = Long.BYTES / Character.BYTES;

    private final RecordOrder order;

    PrefixSort(RecordOrder order) {
        this.order = order;
    }

    /** Returns what sorting takes beside the records and their array, for each of them. */
    int bytesPerRecord() {
        return order.kind() == RecordOrder.Kind.OTHER ? BYTES_PER_REFERENCE : BYTES_PER_RECORD;
    }

    /** Sorts the first {@code size} records, keeping the order of equal ones, or returns false and leaves all as it is. */
    boolean sort(@Nullable Object[] records, int size) {
        if (size < FEWEST || order.kind() == RecordOrder.Kind.OTHER) {
            return false;
        }
        Object first = order.key(records[0]);
        if (first instanceof String) {
            return sortStrings(records, size);
        }
        if (!(first instanceof Long || first instanceof Integer || first instanceof Double)) {
            return false;
        }
        long[] numbers = new long[size];
        for (int i = 0; i < size; i++) {
            Object key = order.key(records[i]);
            if (key == null || key.getClass() != first.getClass()) {
                return false; // comparing them says why they have no order
            }
            numbers[i] = ascending(key);
        }
        orient(numbers);
        byBytes(numbers, records, size);
        return true;
    }

    /** Returns a number whose order, without a sign, is the natural one; equal exactly if the keys are. */
    private static long ascending(Object key) {
        if (key instanceof Double real) {
            long bits = Double.doubleToLongBits(real); // one NaN for all, above everything; -0.0 below 0.0
            return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
        }
        return ((Number) key).longValue() ^ Long.MIN_VALUE;
    }

    private void orient(long[] numbers) {
        if (order.kind() == RecordOrder.Kind.REVERSED) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = ~numbers[i];
            }
        }
    }

    private boolean sortStrings(@Nullable Object[] records, int size) {
        boolean latin = true;
        for (int i = 0; i < size; i++) {
            if (!(order.key(records[i]) instanceof String key)) {
                return false;
            }
            latin = latin && beginsLatin(key);
        }
        long[] numbers = new long[size];
        for (int i = 0; i < size; i++) {
            String key = (String) order.key(records[i]);
            numbers[i] = key == null ? 0 : latin ? beginning(key, LATIN_CHARS) : beginning(key, CHARS);
        }
        orient(numbers);
        compareEqual(byBytes(numbers, records, size), records, size);
        return true;
    }

    private static boolean beginsLatin(String key) {
        int seen = 0;
        for (int i = Math.min(LATIN_CHARS, key.length()) - 1; i >= 0; i--) {
            seen |= key.charAt(i);
        }
        return seen < VALUES;
    }

    /** Returns the first {@code chars} characters as one number; what is missing counts as 0. */
    private static long beginning(String key, int chars) {
        int bits = Long.SIZE / chars;
        long number = 0;
        for (int i = 0; i < chars; i++) {
            number = (number << bits) | (i < key.length() ? key.charAt(i) : 0);
        }
        return number;
    }

    /** Sorts stretches of records whose numbers are equal. */
    private void compareEqual(long[] sorted, @Nullable Object[] records, int size) {
        int from = 0;
        for (int i = 1; i <= size; i++) {
            if (i == size || sorted[i] != sorted[from]) {
                if (i - from > 1) {
                    Arrays.sort(records, from, i, order);
                }
                from = i;
            }
        }
    }

    /** Sorts numbers and records by the numbers, byte by byte; returns the numbers in their order. */
    private static long[] byBytes(long[] numbers, @Nullable Object[] records, int size) {
        int[][] counts = count(numbers);
        long[] fromNumbers = numbers;
        long[] toNumbers = new long[size];
        @Nullable Object[] from = records;
        @Nullable Object[] to = new Object[size];
        for (int digit = 0; digit < DIGITS; digit++) {
            int[] places = counts[digit];
            int shift = digit * Byte.SIZE;
            if (places[(int) (numbers[0] >>> shift) & (VALUES - 1)] == size) {
                continue; // all have the same
            }
            turnIntoPlaces(places);
            for (int i = 0; i < size; i++) {
                long number = fromNumbers[i];
                int place = places[(int) (number >>> shift) & (VALUES - 1)]++;
                toNumbers[place] = number;
                to[place] = from[i];
            }
            long[] sortedNumbers = toNumbers;
            toNumbers = fromNumbers;
            fromNumbers = sortedNumbers;
            @Nullable Object[] sorted = to;
            to = from;
            from = sorted;
        }
        if (from != records) {
            System.arraycopy(from, 0, records, 0, size);
        }
        return fromNumbers;
    }

    private static int[][] count(long[] numbers) {
        int[][] counts = new int[DIGITS][VALUES];
        for (long number : numbers) {
            for (int digit = 0; digit < DIGITS; digit++) {
                counts[digit][(int) (number >>> (digit * Byte.SIZE)) & (VALUES - 1)]++;
            }
        }
        return counts;
    }

    private static void turnIntoPlaces(int[] counts) {
        int place = 0;
        for (int value = 0; value < VALUES; value++) {
            int count = counts[value];
            counts[value] = place;
            place += count;
        }
    }
}
