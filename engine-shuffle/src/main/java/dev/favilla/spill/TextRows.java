package dev.favilla.spill;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts with a number each, in a {@code long[]}: nothing to follow for who compares them, nothing to trace for a collector.
 * A row is the text's hash and length, its characters in sixteen bytes, and the number, which makes half a line of a
 * processor's cache.
 *
 * <p>Texts of more than {@value #MOST_CHARACTERS} characters, or with characters beyond Latin-1, are kept by reference beside
 * the rows. A text that comes out is equal to the one that went in, but another object.
 *
 * <p><b>Threads.</b> Not safe for use by several threads while it is changed.
 */
public final class TextRows {

    /** What a row takes, without a text that is kept by reference. */
    public static final int BYTES_PER_ROW = 32;

    private static final int REFERENCE_BYTES = 4;

    /** The longest text that is kept in its row. */
    static final int MOST_CHARACTERS = 16;

    private static final int WORDS = BYTES_PER_ROW / Long.BYTES;
    private static final int NUMBER = 3;
    private static final int LARGEST_BYTE = 0xff;

    /** Stands for the length of a text that is kept by reference. */
    private static final int ELSEWHERE = -1;

    /** Hash and length, up to eight characters, up to eight more, number; and so on. */
    private long[] words;

    /** By row; null while all texts are in their rows. */
    private @Nullable String @Nullable [] references;

    /** @param room for how many rows */
    public TextRows(int room) {
        words = new long[WORDS * room];
    }

    /** Returns for how many rows there is room. */
    public int room() {
        return words.length / WORDS;
    }

    /**
     * Puts a text and a number in a row.
     *
     * @param hash the text's
     */
    public void set(int row, String text, int hash, long number) {
        int at = WORDS * row;
        words[at + NUMBER] = number;
        if (pack(at, text)) {
            forget(row, row + 1);
        } else {
            words[at] = header(hash, ELSEWHERE);
            words[at + 1] = 0;
            words[at + 2] = 0;
            references()[row] = text;
        }
    }

    /**
     * Puts a text and a number in a row if nothing has to be kept beside it, and finds the hash on its way; else returns
     * false, and the row is not to be looked at. For rows of which none is kept beside.
     */
    public boolean pack(int row, String text, long number) {
        int at = WORDS * row;
        words[at + NUMBER] = number;
        return pack(at, text);
    }

    private boolean pack(int at, String text) {
        int length = text.length();
        if (length > MOST_CHARACTERS) {
            return false;
        }
        int inFirst = Math.min(Long.BYTES, length);
        long first = 0;
        long second = 0;
        int seen = 0;
        int hash = 0; // as the text says of itself
        for (int i = 0; i < inFirst; i++) {
            char next = text.charAt(i);
            seen |= next;
            first = first << Byte.SIZE | next;
            hash = 31 * hash + next;
        }
        for (int i = Long.BYTES; i < length; i++) {
            char next = text.charAt(i);
            seen |= next;
            second = second << Byte.SIZE | next;
            hash = 31 * hash + next;
        }
        words[at] = header(hash, length);
        words[at + 1] = first;
        words[at + 2] = second;
        return seen <= LARGEST_BYTE;
    }

    private static long header(int hash, int length) {
        return (long) hash << Integer.SIZE | (length & 0xffff_ffffL);
    }

    private @Nullable String[] references() {
        @Nullable String[] known = references;
        if (known == null) {
            known = new String[room()];
            references = known;
        }
        return known;
    }

    /** Returns the text of a row. */
    public String text(int row) {
        int length = (int) words[WORDS * row];
        if (length == ELSEWHERE) {
            String kept = references == null ? null : references[row];
            if (kept == null) {
                throw new IllegalStateException("Row " + row + " has no text");
            }
            return kept;
        }
        byte[] characters = new byte[length];
        int inFirst = Math.min(Long.BYTES, length);
        unpack(words[WORDS * row + 1], characters, 0, inFirst);
        unpack(words[WORDS * row + 2], characters, inFirst, length);
        return new String(characters, StandardCharsets.ISO_8859_1);
    }

    private static void unpack(long word, byte[] characters, int from, int to) {
        long left = word;
        for (int i = to - 1; i >= from; i--) {
            characters[i] = (byte) left;
            left >>>= Byte.SIZE;
        }
    }

    /** Returns whether the text of a row is not in it, but kept by reference. */
    public boolean isByReference(int row) {
        return (int) words[WORDS * row] == ELSEWHERE;
    }

    /** Returns how many characters the text of a row has that is not kept by reference. */
    public int length(int row) {
        return (int) words[WORDS * row];
    }

    /** Returns the first four characters of a text that is in its row, a byte each; of a shorter one all of them. */
    public int firstFour(int row) {
        long first = words[WORDS * row + 1];
        int behind = Math.min(Long.BYTES, length(row)) - Integer.BYTES;
        return (int) (first >>> (Byte.SIZE * Math.max(0, behind)));
    }

    /** Returns the last four characters of a text that is in its row, a byte each; of a shorter one all of them. */
    public int lastFour(int row) {
        long first = words[WORDS * row + 1];
        long second = words[WORDS * row + 2];
        int inSecond = length(row) - Long.BYTES;
        if (inSecond <= 0) {
            return (int) first;
        }
        return (int) (inSecond < Integer.BYTES ? (first << (Byte.SIZE * inSecond)) | second : second);
    }

    /** Returns the hash of a row's text. */
    public int hash(int row) {
        return (int) (words[WORDS * row] >>> Integer.SIZE);
    }

    /** Returns the number of a row. */
    public long number(int row) {
        return words[WORDS * row + NUMBER];
    }

    void setNumber(int row, long number) {
        words[WORDS * row + NUMBER] = number;
    }

    /** Returns whether the text of a row equals that of a row of {@code other}. */
    boolean isSame(int row, TextRows other, int otherRow) {
        int at = WORDS * row;
        int otherAt = WORDS * otherRow;
        return words[at] == other.words[otherAt]
                && words[at + 1] == other.words[otherAt + 1]
                && words[at + 2] == other.words[otherAt + 2]
                && (!isByReference(row) || text(row).equals(other.text(otherRow)));
    }

    /** Copies a row of {@code other} to a row. */
    public void copy(int row, TextRows other, int otherRow) {
        System.arraycopy(other.words, WORDS * otherRow, words, WORDS * row, WORDS);
        if (other.isByReference(otherRow)) {
            references()[row] = other.text(otherRow);
        } else {
            forget(row, row + 1);
        }
    }

    /** Lets go of what the rows from {@code from} to before {@code to} refer to. */
    void forget(int from, int to) {
        if (references != null) {
            Arrays.fill(references, from, to, null);
        }
    }

    /** Makes room for so many rows, no more and no less. */
    void resize(int room) {
        words = Arrays.copyOf(words, WORDS * room);
        if (references != null) {
            references = Arrays.copyOf(references, room);
        }
    }

    /** Returns what the arrays take. */
    long arrayBytes() {
        return (long) Long.BYTES * words.length + referenceBytes();
    }

    /** Returns what the array of references takes; 0 while all texts are in their rows. */
    public int referenceBytes() {
        return references == null ? 0 : REFERENCE_BYTES * references.length;
    }
}
