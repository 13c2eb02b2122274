package dev.favilla.spill;

import dev.favilla.memory.MemoryMeter;
import dev.favilla.value.NumberList;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values of the entries of a table, each in a row of its own, in the order they came: as bits as long as all are numbers
 * of one kind, else by reference. A row has the number of the entry, too. Once the last has come, rows are counted by
 * entry, and then each value is put where those of its entry lie: side by side, in the order they came.
 *
 * <p>So to add a value is to write behind the one before it, wherever the others of its entry are.
 *
 * <p>It grows by a chunk when {@link #isFull}, and makes references of numbers when a value comes that it does not
 * {@linkplain #takes(Object) take}. Both are asked for {@linkplain #makeRoomFor before}; what is here may move out then.
 */
final class GroupedRows {

    private static final int FIRST_IN_CHUNK = 16;
    private static final int PIECE_BITS = 13;
    private static final int MOST_IN_CHUNK = 1 << PIECE_BITS;
    private static final int REFERENCE_BYTES = 4;

    /** What a place in a list takes: a reference, and the spare room behind it, as lists grow by a half. */
    private static final int BYTES_PER_PLACE = 6;

    private static final Chunk NO_ROWS = new Chunk(0, false);

    /** Null before the first value, and if values are references. */
    private @Nullable Primitive kind;

    /** All but the last are full. */
    private List<Chunk> chunks = new ArrayList<>();

    private Chunk last = NO_ROWS;

    /** How many rows of the last chunk are in use, and how many there are before it. */
    private int used;

    private long before;

    /** What was seen of objects. Numbers are not looked at: all of a kind are of one size. */
    private final SizeEstimator.Sampler objects = new SizeEstimator.Sampler();

    private long seen;

    /** By entry, the place behind its last value; null as long as values are not placed. */
    private long @Nullable [] ends;

    /** The values as they are placed, so many in each piece as in the largest chunk; of the two one is empty. */
    private long[][] numbers = {};

    private @Nullable Object[][] references = {};

    /** All places before this one were let go, and so many pieces. */
    private long left;

    private int gone;

    // --- taking in

    /**
     * Asks for the memory that a value takes which comes next.
     *
     * @param held what all that {@code memory} pays for takes
     */
    void makeRoomFor(@Nullable Object value, MemoryMeter memory, LongSupplier held) {
        if (!takes(value)) {
            memory.hold(() -> held.getAsLong() + bytesToDissolve());
            if (!takes(value)) {
                dissolve();
            }
        }
        makeRoom(memory, held);
    }

    /** As {@link #makeRoomFor}, of a value that is taken as it is. */
    void makeRoom(MemoryMeter memory, LongSupplier held) {
        if (isFull()) {
            memory.hold(() -> held.getAsLong() + bytesToGrow());
        }
    }

    /** Returns whether {@code value} may be added as it is: a number of the kind of all, or anything among references. */
    boolean takes(@Nullable Object value) {
        Primitive ofValue = Primitive.of(value);
        return ofValue == null ? takesObjects() : takes(ofValue) || takesObjects();
    }

    private boolean takesObjects() {
        if (size() == 0) {
            restart(null);
        }
        return kind == null;
    }

    /** Returns whether numbers of that kind may be added as bits. */
    boolean takes(Primitive numbers) {
        if (size() == 0 && kind != numbers) {
            restart(numbers);
        }
        return kind == numbers;
    }

    private void restart(@Nullable Primitive ofAll) {
        kind = ofAll;
        chunks.clear();
        last = NO_ROWS;
        used = 0;
        before = 0;
    }

    /** Adds a number of the kind of all to the values of an entry. */
    void addNumber(int entry, long number) {
        if (isFull()) {
            append();
        }
        last.entries[used] = entry;
        last.numbers[used++] = number;
    }

    /** Adds a value to those of an entry, and returns about what it takes beside the row. */
    long add(int entry, @Nullable Object value) {
        if (!takes(value)) {
            dissolve();
        }
        Primitive numbers = kind;
        if (numbers != null && value != null) {
            addNumber(entry, numbers.bits(value));
            return 0;
        }
        if (isFull()) {
            append();
        }
        last.entries[used] = entry;
        last.references[used++] = value;
        seen++;
        return objects.add(value);
    }

    /** Returns whether the next value makes a new chunk. */
    boolean isFull() {
        return used == last.entries.length;
    }

    private void append() {
        before += used;
        last = new Chunk(nextChunk(), kind == null);
        chunks.add(last);
        used = 0;
    }

    private int nextChunk() {
        return (int) Math.min(MOST_IN_CHUNK, Math.max(FIRST_IN_CHUNK, size() / 4));
    }

    /** Makes references of all values. */
    private void dissolve() {
        Primitive numbers = kind;
        kind = null;
        for (int i = 0; numbers != null && i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            chunk.references = new Object[chunk.entries.length];
            for (int row = 0; row < rowsOf(chunk); row++) {
                Object value = numbers.box(chunk.numbers[row]);
                chunk.references[row] = value;
                objects.add(value);
                seen++;
            }
            chunk.numbers = NO_ROWS.numbers;
        }
    }

    // --- moving out

    /** Takes what leaves. */
    @FunctionalInterface
    interface Leaving {

        void leave(int entry, @Nullable Object value);
    }

    /**
     * Has the values of some entries leave, in the order they came.
     *
     * @param numbers by entry, its number from now on; {@link KeyTable#ABSENT} if its values leave
     */
    void moveOut(int[] numbers, Leaving to) {
        int into = 0;
        int at = 0;
        for (Chunk chunk : chunks) {
            int rows = rowsOf(chunk);
            for (int row = 0; row < rows; row++) {
                int entry = chunk.entries[row];
                if (numbers[entry] == KeyTable.ABSENT) {
                    to.leave(entry, chunk.value(kind, row));
                    continue;
                }
                Chunk target = chunks.get(into);
                target.set(at, numbers[entry], chunk, row);
                if (++at == target.entries.length) {
                    into++;
                    at = 0;
                }
            }
        }
        keep(at == 0 ? into : into + 1, at);
    }

    private void keep(int count, int inLast) {
        chunks = new ArrayList<>(chunks.subList(0, count));
        last = count == 0 ? NO_ROWS : chunks.get(count - 1);
        used = inLast == 0 ? last.entries.length : inLast;
        before = -used;
        for (Chunk chunk : chunks) {
            before += rowsOf(chunk);
        }
        if (kind == null) {
            Arrays.fill(last.references, used, last.entries.length, null);
        }
    }

    /** Hands out all values, in the order they came. */
    void forEach(Leaving to) {
        for (Chunk chunk : chunks) {
            int rows = rowsOf(chunk);
            for (int row = 0; row < rows; row++) {
                to.leave(chunk.entries[row], chunk.value(kind, row));
            }
        }
    }

    private int rowsOf(Chunk chunk) {
        return chunk == last ? used : chunk.entries.length;
    }

    // --- handing out

    /** Returns how many values there are of each of {@code entries} entries. */
    long[] counts(int entries) {
        long[] counts = new long[entries];
        for (Chunk chunk : chunks) {
            int rows = rowsOf(chunk);
            int[] of = chunk.entries;
            for (int row = 0; row < rows; row++) {
                counts[of[row]]++;
            }
        }
        return counts;
    }

    /**
     * Says that the last value has come, and puts those of each of {@code entries} entries side by side. They take twice the
     * place meanwhile, which is asked for before: {@link #bytesToPlace}.
     *
     * @param perChunk is called now and then
     */
    void place(int entries, Runnable perChunk) {
        long[] next = counts(entries);
        long sum = 0;
        for (int entry = 0; entry < entries; entry++) {
            long count = next[entry];
            next[entry] = sum;
            sum += count;
        }
        int count = (int) ((sum + MOST_IN_CHUNK - 1) >> PIECE_BITS);
        numbers = new long[kind == null ? 0 : count][];
        references = new Object[kind == null ? count : 0][];
        for (int i = 0; i < count; i++) {
            int length = (int) Math.min(MOST_IN_CHUNK, sum - ((long) i << PIECE_BITS));
            if (kind == null) {
                references[i] = new Object[length];
            } else {
                numbers[i] = new long[length];
            }
        }
        for (Chunk chunk : chunks) {
            perChunk.run();
            if (kind == null) {
                placeReferences(chunk, next);
            } else {
                placeNumbers(chunk, next);
            }
        }
        restart(kind);
        before = sum;
        ends = next;
    }

    private void placeNumbers(Chunk chunk, long[] next) {
        long[][] to = numbers;
        int rows = rowsOf(chunk);
        for (int row = 0; row < rows; row++) {
            long place = next[chunk.entries[row]]++;
            to[(int) (place >> PIECE_BITS)][(int) place & (MOST_IN_CHUNK - 1)] = chunk.numbers[row];
        }
    }

    private void placeReferences(Chunk chunk, long[] next) {
        int rows = rowsOf(chunk);
        for (int row = 0; row < rows; row++) {
            long place = next[chunk.entries[row]]++;
            references[(int) (place >> PIECE_BITS)][(int) place & (MOST_IN_CHUNK - 1)] = chunk.references[row];
        }
    }

    /** Returns the values of an entry, once all are placed, in a list of the caller's own. */
    List<@Nullable Object> valuesOf(int entry) {
        long place = start(entry);
        int count = Math.toIntExact(start(entry + 1) - place);
        Primitive ofAll = kind;
        if (ofAll != null || count == 0) {
            return numbersFrom(place, count, ofAll == null ? Primitive.LONG : ofAll);
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        for (; count > 0; count--, place++) {
            values.add(references[(int) (place >> PIECE_BITS)][(int) place & (MOST_IN_CHUNK - 1)]);
        }
        return values;
    }

    @SuppressWarnings("NullAway") // none of them is null
    private List<@Nullable Object> numbersFrom(long start, int count, Primitive ofAll) {
        long[] found = new long[count];
        for (int at = 0; at < count; ) {
            long place = start + at;
            int inPiece = (int) place & (MOST_IN_CHUNK - 1);
            int here = Math.min(count - at, MOST_IN_CHUNK - inPiece);
            System.arraycopy(numbers[(int) (place >> PIECE_BITS)], inPiece, found, at, here);
            at += here;
        }
        return NumberList.of(ofAll, found, count);
    }

    private long start(int entry) {
        long[] known = ends;
        if (known == null) {
            throw new IllegalStateException("The values are not placed");
        }
        return entry == 0 ? 0 : known[entry - 1];
    }

    /** Lets go of the values of an entry that was handed on, and of those of all before it. */
    void forget(int entry) {
        long end = start(entry + 1);
        for (; kind == null && left < end; left++) {
            references[(int) (left >> PIECE_BITS)][(int) left & (MOST_IN_CHUNK - 1)] = null;
        }
        for (int piece = gone; piece < (int) (end >> PIECE_BITS); piece++) {
            if (kind == null) {
                references[piece] = NO_ROWS.references;
            } else {
                numbers[piece] = NO_ROWS.numbers;
            }
        }
        left = end;
        gone = (int) (end >> PIECE_BITS);
    }

    // --- memory

    private long size() {
        return before + used;
    }

    /** Returns about what all of it takes, and what counting for {@code entries} entries does. */
    long bytes(int entries) {
        long arrays = ends == null
                ? (before + last.entries.length) * (Integer.BYTES + bytesPerValue())
                : (size() - ((long) gone << PIECE_BITS)) * bytesPerValue();
        return arrays + objectBytes(size() - left) + (long) Long.BYTES * entries;
    }

    private int bytesPerValue() {
        return kind == null ? REFERENCE_BYTES : Long.BYTES;
    }

    private long objectBytes(long count) {
        return kind == null && seen > 0 ? (long) (count * ((double) objects.bytes() / seen)) : 0;
    }

    /** Returns by how much the next chunk makes this grow. */
    long bytesToGrow() {
        return isFull() ? (long) nextChunk() * (Integer.BYTES + bytesPerValue()) : 0;
    }

    /** Returns by how much this grows while values are placed. */
    long bytesToPlace() {
        return size() * bytesPerValue();
    }

    /** Returns by about how much this grows when all numbers become objects. */
    long bytesToDissolve() {
        return kind == null ? 0 : size() * (REFERENCE_BYTES + sizeOf(kind));
    }

    /** Returns about what a list of so many of the values takes, each an object. */
    long bytesInList(long count) {
        return count * BYTES_PER_PLACE + (kind == null ? objectBytes(count) : count * sizeOf(kind));
    }

    private static long sizeOf(Primitive numbers) {
        return new SizeEstimator().estimate(numbers.box(0));
    }

    /** Drops everything. */
    void clear() {
        restart(null);
        ends = null;
        left = 0;
        gone = 0;
        numbers = new long[0][];
        references = new Object[0][];
    }

    /** Returns so many empty ones. */
    static List<GroupedRows> empty(int count) {
        return Stream.generate(GroupedRows::new).limit(count).toList();
    }

    /** Values, and the entry of each. */
    private static final class Chunk {

        final int[] entries;

        /** Empty if values are references. */
        long[] numbers;

        /** Empty if values are numbers. */
        @Nullable
        Object[] references;

        Chunk(int rows, boolean byReference) {
            this.entries = new int[rows];
            this.numbers = new long[byReference ? 0 : rows];
            this.references = new Object[byReference ? rows : 0];
        }

        @Nullable
        Object value(@Nullable Primitive kind, int row) {
            return kind == null ? references[row] : kind.box(numbers[row]);
        }

        void set(int row, int entry, Chunk from, int fromRow) {
            entries[row] = entry;
            if (numbers.length > 0) {
                numbers[row] = from.numbers[fromRow];
            } else {
                references[row] = from.references[fromRow];
            }
        }
    }
}
