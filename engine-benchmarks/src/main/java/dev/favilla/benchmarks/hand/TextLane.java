package dev.favilla.benchmarks.hand;

import java.util.Arrays;

/** Texts and numbers, one behind the other in an array that grows. */
final class TextLane {

    private static final int MOST_TEXT = 32;

    private byte[] bytes = new byte[1 << 12];
    private int end;

    /** Adds a text of at most 32 bytes. */
    void add(byte[] text, int length, long value) {
        if (end + MOST_TEXT + 17 > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length + (bytes.length >> 1));
        }
        bytes[end] = (byte) length;
        ByteTable.LONGS.set(bytes, end + 1, value);
        System.arraycopy(text, 0, bytes, end + 9, length);
        end += 9 + length;
    }

    /** Adds all to a table. */
    void addTo(ByteTable table) {
        int at = 0;
        while (at < end) {
            int length = bytes[at];
            table.add(bytes, at + 9, length, (long) ByteTable.LONGS.get(bytes, at + 1));
            at += 9 + length;
        }
    }
}
