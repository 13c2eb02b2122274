package dev.favilla.benchmarks.hand;

import java.util.Arrays;

/** Numbers the different longs that it is given: 0, 1, 2 and so on, in an open table at most half full. */
final class LongTable {

    private final long[] keys;
    private final int[] numbers;
    private final long[] keyOfNumber;
    private final int mask;
    private int size;

    /** Makes a table with room for so many different keys, to be used again and again. */
    LongTable(int most) {
        int slots = Integer.highestOneBit(Math.max(4, 4 * most - 1));
        this.keys = new long[slots];
        this.numbers = new int[slots];
        this.keyOfNumber = new long[most];
        this.mask = slots - 1;
    }

    void clear() {
        Arrays.fill(numbers, 0);
        size = 0;
    }

    int size() {
        return size;
    }

    long keyOf(int number) {
        return keyOfNumber[number];
    }

    /** Returns the number of a key, a new one if the key is new. */
    int add(long key) {
        int slot = slot(key);
        while (numbers[slot] != 0) {
            if (keys[slot] == key) {
                return numbers[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        keyOfNumber[size] = key;
        numbers[slot] = ++size;
        return size - 1;
    }

    /** Returns the number of a key, or -1. */
    int find(long key) {
        int slot = slot(key);
        while (numbers[slot] != 0) {
            if (keys[slot] == key) {
                return numbers[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    private int slot(long key) {
        return (int) LongScatter.hash(key) & mask;
    }
}
