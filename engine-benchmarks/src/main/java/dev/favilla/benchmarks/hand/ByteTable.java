package dev.favilla.benchmarks.hand;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Sums by text, where a text is a range of bytes. Eight bytes are looked at in one step, and a text of at most eight is
 * compared as one number.
 *
 * <p>Arrays of bytes given to it must have eight bytes to read after the end of every text.
 */
final class ByteTable {

    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private int[] slots;
    private int mask;
    private int size;
    private int[] hashes;
    private long[] heads;
    private int[] lengths;
    private int[] offsets;
    private long[] sums;
    private byte[] arena = new byte[1 << 12];
    private int arenaEnd;

    ByteTable(int expected) {
        int entries = Math.max(16, expected);
        slots = new int[Integer.highestOneBit(4 * entries - 1)];
        mask = slots.length - 1;
        hashes = new int[entries];
        heads = new long[entries];
        lengths = new int[entries];
        offsets = new int[entries];
        sums = new long[entries];
    }

    int size() {
        return size;
    }

    long sum(int entry) {
        return sums[entry];
    }

    String text(int entry) {
        return new String(arena, offsets[entry], lengths[entry], StandardCharsets.UTF_8);
    }

    /** Returns the running hash after eight more bytes, or the last ones with zeros after them. */
    static long mix(long hash, long bytes) {
        long mixed = (hash ^ bytes) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 32);
    }

    /** Returns the first bytes of eight, the others zero. */
    static long head(long bytes, int length) {
        return length >= 8 ? bytes : bytes & ((1L << (8 * length)) - 1);
    }

    /** Adds to the sum of a text whose bytes are not hashed yet. */
    void add(byte[] bytes, int start, int length, long value) {
        long hash = 0;
        for (int at = 0; at < length; at += 8) {
            hash = mix(hash, head((long) LONGS.get(bytes, start + at), length - at));
        }
        add(bytes, start, length, hash, value);
    }

    /** Adds to the sum of a text whose hash is known. */
    void add(byte[] bytes, int start, int length, long longHash, long value) {
        int hash = (int) (longHash ^ (longHash >>> 21));
        long head = head((long) LONGS.get(bytes, start), length);
        int slot = hash & mask;
        for (int entry = slots[slot] - 1; entry >= 0; entry = slots[slot] - 1) {
            if (hashes[entry] == hash
                    && heads[entry] == head
                    && lengths[entry] == length
                    && (length <= 8 || sameTail(entry, bytes, start))) {
                sums[entry] += value;
                return;
            }
            slot = (slot + 1) & mask;
        }
        if (size == sums.length) {
            grow();
            slot = freeSlot(hash);
        }
        slots[slot] = size + 1;
        hashes[size] = hash;
        heads[size] = head;
        lengths[size] = length;
        offsets[size] = keep(bytes, start, length);
        sums[size++] = value;
    }

    /** Adds all that another table has. */
    void addAll(ByteTable other) {
        for (int entry = 0; entry < other.size; entry++) {
            add(other.arena, other.offsets[entry], other.lengths[entry], other.sums[entry]);
        }
    }

    private boolean sameTail(int entry, byte[] bytes, int start) {
        int length = lengths[entry];
        return Arrays.equals(arena, offsets[entry] + 8, offsets[entry] + length, bytes, start + 8, start + length);
    }

    private int keep(byte[] bytes, int start, int length) {
        if (arenaEnd + length + 8 > arena.length) {
            arena = Arrays.copyOf(arena, Math.max(2 * arena.length, arenaEnd + length + 8));
        }
        System.arraycopy(bytes, start, arena, arenaEnd, length);
        int offset = arenaEnd;
        arenaEnd += length;
        return offset;
    }

    private void grow() {
        int entries = 2 * sums.length;
        hashes = Arrays.copyOf(hashes, entries);
        heads = Arrays.copyOf(heads, entries);
        lengths = Arrays.copyOf(lengths, entries);
        offsets = Arrays.copyOf(offsets, entries);
        sums = Arrays.copyOf(sums, entries);
        slots = new int[2 * slots.length];
        mask = slots.length - 1;
        for (int entry = 0; entry < size; entry++) {
            slots[freeSlot(hashes[entry])] = entry + 1;
        }
    }

    private int freeSlot(int hash) {
        int slot = hash & mask;
        while (slots[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
