package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.Immutability;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one map attempt has sent so far, by reducer and in order.
 *
 * <p>Records stay references as long as all of them are deeply immutable. From the first that is not, everything is
 * serialized: the attempt's data evidently is of a kind that needs copies, and one kind of block after the other keeps
 * the order.
 *
 * <p>What is held is paid for by the attempt until it is {@linkplain #moveMemoryTo moved}.
 */
final class OutputBuffer implements AutoCloseable {

    /** Records by reference between two looks at the account; a power of two. */
    private static final int RECORDS_PER_CHECK = 32;

    private final OutputKey key;
    private final RecordStream stream;
    private final BlockFrame frames;
    private final MemoryMeter memory;
    private final OutputDigest digest;

    private final Immutability.Checker keyChecker = new Immutability.Checker();
    private final Immutability.Checker valueChecker = new Immutability.Checker();

    // Two samplers: one that is shown keys and values in turn might pick nothing but keys.
    private final SizeEstimator.Sampler keySizes = new SizeEstimator.Sampler();
    private final SizeEstimator.Sampler valueSizes = new SizeEstimator.Sampler();

    private final @Nullable ObjectBuffer[] references;
    private final @Nullable SerializedBuffer[] bytes;

    private boolean serializing;
    private long records;
    private long referencedRecords;
    private long referenceArrayBytes;
    private long laneBytes;

    /** What the finished blocks take. */
    private long finishedBytes;

    OutputBuffer(OutputKey key, int numReducers, Serializer serializer, BlockFrame frames, TaskScope scope) {
        this.key = key;
        this.stream = new RecordStream(serializer);
        this.frames = frames;
        this.memory = new MemoryMeter(scope.memory());
        this.digest = new OutputDigest(serializer, scope.attemptId());
        this.references = new ObjectBuffer[numReducers];
        this.bytes = new SerializedBuffer[numReducers];
    }

    /** Appends a record to what {@code reducer} gets. */
    void add(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        records++;
        digest.add(reducer, recordKey, value);
        if (!serializing) {
            if (keyChecker.check(recordKey) && valueChecker.check(value)) {
                addReference(reducer, recordKey, value);
                return;
            }
            serializing = true;
        }
        addBytes(reducer, recordKey, value);
    }

    private void addReference(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        ObjectBuffer buffer = references[reducer];
        if (buffer == null) {
            buffer = new ObjectBuffer();
            references[reducer] = buffer;
        }
        referenceArrayBytes += buffer.add(recordKey, value);
        keySizes.add(recordKey);
        valueSizes.add(value);
        referencedRecords++;
        if ((referencedRecords & (RECORDS_PER_CHECK - 1)) == 0) {
            memory.hold(heldBytes());
        }
    }

    private void addBytes(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        SerializedBuffer buffer = bytes[reducer];
        if (buffer == null) {
            ObjectBuffer before = references[reducer]; // nothing is added to it any more
            buffer = new SerializedBuffer(key, reducer, before == null ? 0 : before.blocks(), stream, frames);
            bytes[reducer] = buffer;
        }
        long heldBefore = buffer.heldBytes();
        buffer.add(recordKey, value);
        long grown = buffer.heldBytes() - heldBefore;
        if (grown != 0) {
            laneBytes += grown;
            memory.hold(heldBytes());
        }
    }

    private long heldBytes() {
        return referenceArrayBytes + keySizes.bytes() + valueSizes.bytes() + laneBytes + stream.heldBytes();
    }

    long records() {
        return records;
    }

    long digest() {
        return digest.value();
    }

    /**
     * Ends the output and returns its blocks by reducer. The attempt still pays for them.
     *
     * @param bytesPerReducer filled in with how many bytes each reducer gets
     */
    List<List<Block>> finish(long[] bytesPerReducer) {
        double bytesPerRecord =
                referencedRecords == 0 ? 0 : (double) (keySizes.bytes() + valueSizes.bytes()) / referencedRecords;
        List<List<Block>> blocks = new ArrayList<>(bytesPerReducer.length);
        for (int reducer = 0; reducer < bytesPerReducer.length; reducer++) {
            List<Block> sent = takeBlocks(reducer, bytesPerRecord, bytesPerReducer);
            blocks.add(sent);
            finishedBytes += bytesPerReducer[reducer];
        }
        stream.close();
        return blocks;
    }

    /**
     * Moves the memory of the finished blocks to an account that outlives the attempt, and gives the rest back.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if the attempt holds too little and is refused the
     *     rest; nothing is moved
     */
    void moveMemoryTo(MemoryAccount retained) {
        memory.moveTo(retained, finishedBytes);
    }

    private List<Block> takeBlocks(int reducer, double bytesPerRecord, long[] bytesPerReducer) {
        ObjectBuffer first = references[reducer];
        SerializedBuffer second = bytes[reducer];
        if (first == null && second == null) {
            return List.of();
        }
        List<Block> blocks = new ArrayList<>();
        bytesPerReducer[reducer] = (first == null ? 0 : first.moveTo(blocks, bytesPerRecord))
                + (second == null ? 0 : second.moveTo(blocks));
        return blocks;
    }

    /** Drops what is held and gives the attempt's memory back; closing twice is harmless. */
    @Override
    public void close() {
        for (int reducer = 0; reducer < bytes.length; reducer++) {
            references[reducer] = null;
            bytes[reducer] = null;
        }
        try {
            stream.close();
        } finally {
            memory.close();
        }
    }
}
