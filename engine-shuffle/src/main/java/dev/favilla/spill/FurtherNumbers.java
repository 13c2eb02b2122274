package dev.favilla.spill;

import java.util.Arrays;

/**
 * The second and all later numbers of the keys of a table, as their bits, in the order they came: a chain of rows for each
 * key that has any. The numbers of keys that have one only are the table's.
 */
final class FurtherNumbers {

    /** What is said where there is no further row. */
    static final int NONE = 0;

    private static final int FIRST_ROWS = 64;

    /** A bit for each entry that has a chain: a table has few of these words, however many keys. */
    private long[] chained = new long[1];

    /** By entry, the rows in which its chain begins and ends. */
    private int[] first = new int[Long.SIZE];

    private int[] last = new int[Long.SIZE];

    /** By row. The first is never used, so that its number says that there is none. */
    private long[] numbers = new long[FIRST_ROWS];

    private int[] next = new int[FIRST_ROWS];
    private int rows = 1;

    /** Adds a number to those of an entry. */
    void add(int entry, long number) {
        if (rows == numbers.length) {
            int more = rows + (rows >> 1);
            numbers = Arrays.copyOf(numbers, more);
            next = Arrays.copyOf(next, more);
        }
        numbers[rows] = number;
        if (first(entry) == NONE) {
            begin(entry);
        } else {
            next[last[entry]] = rows;
        }
        last[entry] = rows++;
    }

    private void begin(int entry) {
        if (entry >= first.length) {
            int more = Math.max(entry + 1, first.length + (first.length >> 1));
            first = Arrays.copyOf(first, more);
            last = Arrays.copyOf(last, more);
            chained = Arrays.copyOf(chained, more / Long.SIZE + 1);
        }
        chained[entry >> 6] |= 1L << entry;
        first[entry] = rows;
    }

    /** Returns the row of the second number of an entry, or {@link #NONE}. */
    int first(int entry) {
        return entry < first.length && (chained[entry >> 6] & 1L << entry) != 0 ? first[entry] : NONE;
    }

    /** Returns the row after a row, or {@link #NONE}. */
    int after(int row) {
        return next[row];
    }

    /** Returns the number in a row. */
    long number(int row) {
        return numbers[row];
    }

    /** Returns how many numbers of an entry are here. */
    int count(int entry) {
        int count = 0;
        for (int row = first(entry); row != NONE; row = next[row]) {
            count++;
        }
        return count;
    }

    /** Returns what all of it takes. */
    long bytes() {
        return (long) Long.BYTES * (chained.length + numbers.length)
                + (long) Integer.BYTES * (2 * first.length + next.length);
    }
}
