package dev.favilla.storage;

import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records as they come. As long as all are numbers of the kind of the first one their bits are kept; from the first other
 * record on, references.
 */
final class GrowingChunks {

    private static final int FIRST_LENGTH = 16;
    private static final int LARGEST_LENGTH = 8192;

    /** The header of the array, the object around it, and the place of that in a list. */
    private static final int BYTES_PER_CHUNK = 48;

    private static final int BYTES_PER_REFERENCE = 4;
    private static final long[] NO_NUMBERS = {};
    private static final @Nullable Object[] NO_REFERENCES = {};

    private final List<RecordChunk> ended = new ArrayList<>();
    private boolean begun;

    /** Of all records so far; null if they are not all numbers of one kind. */
    private @Nullable Primitive kind;

    /** The chunk that grows; empty if it is one of references. */
    private long[] numbers = NO_NUMBERS;

    /** The chunk that grows; empty if it is one of numbers. */
    private @Nullable Object[] references = NO_REFERENCES;

    private int used;
    private int length;
    private long arrayBytes;
    private final SizeEstimator.Sampler referred = new SizeEstimator.Sampler();

    void add(@Nullable Object record) {
        if (!begun) {
            begun = true;
            kind = Primitive.of(record);
        }
        Primitive ofAll = kind;
        if (ofAll != null && record != null && ofAll.has(record)) {
            addNumber(ofAll.bits(record));
        } else {
            addReference(record);
        }
    }

    private void addNumber(long bits) {
        if (used == numbers.length) {
            endChunk();
            numbers = new long[nextLength(Long.BYTES)];
        }
        numbers[used++] = bits;
    }

    private void addReference(@Nullable Object record) {
        if (used == references.length || kind != null) {
            endChunk();
            kind = null;
            references = new @Nullable Object[nextLength(BYTES_PER_REFERENCE)];
        }
        references[used++] = record;
        referred.add(record);
    }

    private int nextLength(int bytesEach) {
        length = Math.min(LARGEST_LENGTH, Math.max(FIRST_LENGTH, 2 * length));
        arrayBytes += BYTES_PER_CHUNK + (long) bytesEach * length;
        return length;
    }

    /** Has the chunk that grows grow no more. */
    private void endChunk() {
        int spare = length - used;
        Primitive ofAll = kind;
        if (used == 0) {
            return;
        }
        if (ofAll != null) {
            ended.add(new RecordChunk.Numbers(ofAll, spare == 0 ? numbers : Arrays.copyOf(numbers, used)));
            arrayBytes -= (long) spare * Long.BYTES;
        } else {
            ended.add(new RecordChunk.References(spare == 0 ? references : Arrays.copyOf(references, used)));
            arrayBytes -= (long) spare * BYTES_PER_REFERENCE;
        }
        numbers = NO_NUMBERS;
        references = NO_REFERENCES;
        used = 0;
    }

    /** Returns what there is so far, in arrays without spare places. */
    List<RecordChunk> chunks() {
        endChunk();
        return List.copyOf(ended);
    }

    /** Returns about how many bytes it takes. */
    long bytes() {
        return referred.bytes() + arrayBytes;
    }
}
