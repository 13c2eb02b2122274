package dev.favilla.shuffle.hash;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordStream;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.spill.TextRows;
import dev.favilla.value.Immutability;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one map attempt has sent so far, by reducer and in order.
 *
 * <p>As long as values are numbers of one kind their bits are kept and no objects, and so are those of keys; of keys that
 * are texts their characters are, if reducers merge by key. Others stay references as long as all of them are deeply
 * immutable, and as long as map outputs do not crowd the heap. From the first that is not, everything is serialized: the
 * attempt's data evidently is of a kind that needs copies, and one kind of block after the other keeps the order.
 *
 * <p>What is held is paid for by the attempt until it is {@linkplain #handOver handed over}. When the attempt is short of
 * memory, all that is here goes to the end of one file, reducer by reducer. That changes where a record lies, not its
 * place among the others.
 */
final class OutputBuffer implements Spillable, AutoCloseable {

    /** What an open stream is taken to hold. */
    private static final long OPEN_STREAM_BYTES = 16 << 10;

    /** What it takes to be worth a turn to the disk, at least, and for each reducer. */
    private static final int SMALLEST_MOVE = 4096;

    private static final int SMALLEST_MOVE_PER_REDUCER = 2 * DiskBlock.INDEX_BYTES;

    private final OutputKey key;
    private final RecordStream stream;
    private final BlockFrame frames;
    private final TaskScope scope;
    private final MemoryMeter memory;
    private final LongSupplier look = this::look;
    private final LongSupplier held = this::heldBytes;
    private final Crowding crowding;
    private final @Nullable BlockDisk disk;
    private final OutputDigest digest;

    private final Immutability.Checker keyChecker = new Immutability.Checker();
    private final Immutability.Checker valueChecker = new Immutability.Checker();

    // Two samplers: one that is shown keys and values in turn might pick nothing but keys.
    private SizeEstimator.Sampler keySizes = new SizeEstimator.Sampler();
    private SizeEstimator.Sampler valueSizes = new SizeEstimator.Sampler();

    private final int numReducers;

    /** Whether keys that are texts may become others, equal to them: who merges by key hands on one of several anyway. */
    private final boolean packsTexts;

    // By reducer, or empty. What is in one of the first three, never two, comes before what is in the next, and so on.
    private @Nullable PrimitiveBuffer[] numbers = {};
    private @Nullable TextBuffer[] texts = {};
    private @Nullable MixedBuffer[] mixed = {};
    private @Nullable ObjectBuffer[] references = {};
    private @Nullable SerializedBuffer[] bytes = {};

    /** The kind of all values so far; null if there is none. */
    private @Nullable Primitive valueKind;

    /** The same of keys, which counts only where values have one. */
    private @Nullable Primitive keyKind;

    /** Whether all keys so far are texts that are kept as such, which counts only where values have a kind. */
    private boolean textKeys;

    private boolean serializing;
    private long records;

    /** How many reducers got anything. */
    private int reducers;

    /** References that are here. */
    private long referencedRecords;

    private int longestChunk = ObjectBuffer.longestChunk(0);
    private long arrayBytes;
    private long laneBytes;

    /** What knowing about moved blocks takes. */
    private long indexBytes;

    private @Nullable BlockFile file;

    /** Records cannot be moved out in the middle of one. */
    private boolean adding;

    /** Why nothing can be committed: some blocks are neither here nor on disk. */
    private @Nullable Throwable broken;

    private @Nullable OutputBlocks finished;

    /** What the finished blocks take. */
    private long finishedBytes;

    /**
     * @param spec tells for how many reducers the output is, and whether they merge by key
     * @param frames how blocks are framed
     * @param pool the budget that is shared with other map outputs
     * @param disk where blocks go when memory is short; null if they stay
     */
    OutputBuffer(
            OutputKey key,
            ShuffleSpec spec,
            Serializer serializer,
            BlockFrame frames,
            TaskScope scope,
            MemoryManager pool,
            @Nullable BlockDisk disk) {
        this.key = key;
        this.stream = new RecordStream(serializer);
        this.frames = frames;
        this.scope = scope;
        this.memory = new MemoryMeter(scope.memory(), this);
        this.crowding = new Crowding(pool);
        this.disk = disk;
        this.digest = new OutputDigest(serializer, scope.attemptId());
        this.numReducers = spec.numReducers();
        this.packsTexts = spec.aggregator().filter(Aggregator::mapSide).isPresent();
        scope.memory().register(this);
    }

    /** Appends a record to what {@code reducer} gets. */
    void add(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        if (records++ == 0) {
            keyKind = Primitive.of(recordKey);
            valueKind = Primitive.of(value);
            textKeys = packsTexts && recordKey instanceof String;
        }
        digest.add(reducer, recordKey, value);
        if (addNumbers(reducer, recordKey, value)) {
            return;
        }
        if (!serializing) {
            if (keyChecker.check(recordKey) && valueChecker.check(value)) {
                addReference(reducer, recordKey, value);
                return;
            }
            serializing = true;
        }
        addBytes(reducer, recordKey, value);
    }

    /**
     * As {@link #add(int, Object, Object)}, of a text with a number.
     *
     * @param values the kind of the number
     */
    void add(int reducer, TextRows rows, int row, Primitive values) {
        boolean first = records == 0; // it decides how others are kept
        if (first || !textKeys || valueKind != values || serializing || rows.isByReference(row)) {
            add(reducer, rows.text(row), values.box(rows.number(row)));
            return;
        }
        records++;
        digest.add(reducer, rows, row, values);
        int grown = textsOf(reducer, values).add(rows, row, longestChunk);
        referencedRecords++;
        if (grown != 0) {
            arrayBytes += grown;
            memory.hold(held);
        }
    }

    private boolean addNumbers(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        Primitive ofKeys = keyKind;
        Primitive ofValues = valueKind;
        if (ofValues == null) {
            return false;
        }
        if (value == null || !ofValues.has(value) || !fits(ofKeys, recordKey)) {
            valueKind = null; // and so it stays, for the order of records
            return false;
        }
        long bits = ofValues.bits(value);
        if (textKeys && recordKey != null) {
            addText(reducer, (String) recordKey, ofValues, bits);
        } else if (ofKeys == null || recordKey == null) {
            addMixed(reducer, recordKey, ofValues, bits);
        } else {
            addPrimitives(reducer, ofKeys, ofKeys.bits(recordKey), ofValues, bits);
        }
        return true;
    }

    private boolean fits(@Nullable Primitive ofKeys, @Nullable Object recordKey) {
        if (ofKeys != null) {
            return ofKeys.has(recordKey);
        }
        return !serializing && (textKeys ? recordKey instanceof String : keyChecker.check(recordKey));
    }

    private void addText(int reducer, String recordKey, Primitive ofValues, long value) {
        TextBuffer buffer = textsOf(reducer, ofValues);
        int grown = buffer.add(recordKey, recordKey.hashCode(), value, longestChunk);
        arrayBytes += grown;
        referencedRecords++;
        if (buffer.endsWithReference()) {
            memory.grow(grown + keySizes.add(recordKey), look);
        } else if (grown != 0) {
            memory.hold(held);
        }
    }

    private TextBuffer textsOf(int reducer, Primitive ofValues) {
        if (texts.length == 0) {
            texts = new TextBuffer[numReducers];
        }
        TextBuffer buffer = texts[reducer];
        if (buffer == null) {
            buffer = new TextBuffer(ofValues);
            texts[reducer] = buffer;
            reducers++;
        }
        return buffer;
    }

    private void addPrimitives(int reducer, Primitive ofKeys, long recordKey, Primitive ofValues, long value) {
        if (numbers.length == 0) {
            numbers = new PrimitiveBuffer[numReducers];
        }
        PrimitiveBuffer buffer = numbers[reducer];
        if (buffer == null) {
            buffer = new PrimitiveBuffer(ofKeys, ofValues);
            numbers[reducer] = buffer;
            reducers++;
        }
        int grown = buffer.add(recordKey, value);
        if (grown != 0) {
            arrayBytes += grown;
            memory.hold(held);
        }
    }

    private void addMixed(int reducer, @Nullable Object recordKey, Primitive ofValues, long value) {
        if (mixed.length == 0) {
            mixed = new MixedBuffer[numReducers];
        }
        MixedBuffer buffer = mixed[reducer];
        if (buffer == null) {
            buffer = new MixedBuffer(ofValues);
            mixed[reducer] = buffer;
            reducers++;
        }
        int grown = buffer.add(recordKey, value, longestChunk);
        arrayBytes += grown;
        referencedRecords++;
        memory.grow(grown + keySizes.add(recordKey), look);
    }

    private void addReference(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        if (references.length == 0) {
            references = new ObjectBuffer[numReducers];
        }
        ObjectBuffer buffer = references[reducer];
        if (buffer == null) {
            buffer = new ObjectBuffer(blocks(reducer));
            references[reducer] = buffer;
        }
        long arrays = buffer.add(recordKey, value, longestChunk);
        arrayBytes += arrays;
        referencedRecords++;
        memory.grow(arrays + keySizes.add(recordKey) + valueSizes.add(value), look);
    }

    /** Returns what is held, and decides by it how to go on. */
    private long look() {
        long held = heldBytes();
        longestChunk =
                ObjectBuffer.longestChunk((keySizes.bytes() + valueSizes.bytes()) / Math.max(1, referencedRecords));
        serializing = crowding.isReachedBy(held);
        return held;
    }

    private void addBytes(int reducer, @Nullable Object recordKey, @Nullable Object value) {
        if (bytes.length == 0) {
            bytes = new SerializedBuffer[numReducers];
        }
        SerializedBuffer buffer = bytes[reducer];
        if (buffer == null) {
            buffer = new SerializedBuffer(key, reducer, blocks(reducer), stream, frames);
            bytes[reducer] = buffer;
        }
        long heldBefore = buffer.heldBytes();
        adding = true; // and if the record cannot be written the attempt ends
        buffer.add(recordKey, value);
        adding = false;
        long grown = buffer.heldBytes() - heldBefore;
        if (grown != 0) {
            laneBytes += grown;
            memory.hold(heldBytes());
        }
    }

    /** Returns how many blocks {@code reducer} gets of what was kept in other ways before; nothing is added to them. */
    private int blocks(int reducer) {
        BlockBuffer<?> before = at(references, reducer);
        if (before == null) {
            before = at(mixed, reducer);
        }
        if (before == null) {
            before = at(texts, reducer);
        }
        if (before == null) {
            before = at(numbers, reducer);
        }
        if (before == null) {
            reducers++;
            return 0;
        }
        return before.blocks();
    }

    private static <B> @Nullable B at(@Nullable B[] buffers, int reducer) {
        return buffers.length == 0 ? null : buffers[reducer];
    }

    private long heldBytes() {
        return movableBytes() + (stream.isOpen() ? OPEN_STREAM_BYTES : 0) + indexBytes;
    }

    private long movableBytes() {
        return arrayBytes + keySizes.bytes() + valueSizes.bytes() + laneBytes;
    }

    long records() {
        return records;
    }

    long digest() {
        return digest.value();
    }

    @Override
    public long spillableBytes() {
        long movable = movableBytes();
        boolean worthwhile = movable >= SMALLEST_MOVE && movable >= (long) SMALLEST_MOVE_PER_REDUCER * reducers;
        return disk == null || adding || broken != null || !worthwhile ? 0 : movable;
    }

    /** Who reads the output reads it from wherever it lies. */
    @Override
    public boolean isReadBack() {
        return false;
    }

    @Override
    public String describe() {
        return "the output of map partition " + key.mapPartition() + " (" + Bytes.format(heldBytes()) + ")";
    }

    /** Moves out all that is here: parts of it would make small blocks of what comes later. */
    @Override
    public long spill(long wanted) {
        BlockDisk to = disk;
        if (to == null || spillableBytes() == 0) {
            return 0;
        }
        long before = heldBytes();
        try {
            moveOut(to);
        } catch (RuntimeException | Error e) {
            broken = e; // for user code that catches everything
            throw e;
        }
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, before - heldBytes());
        return memory.shrinkTo(heldBytes());
    }

    private void moveOut(BlockDisk disk) {
        BlockFile to = file;
        if (to == null) {
            to = disk.create();
            file = to;
        }
        long bytesBefore = to.bytes();
        for (int reducer = 0; reducer < numReducers; reducer++) {
            moveOut(reducer, disk, to);
        }
        to.flush();
        scope.metrics().add(Metric.DISK_BYTES_SPILLED, to.bytes() - bytesBefore);
        keySizes = new SizeEstimator.Sampler();
        valueSizes = new SizeEstimator.Sampler();
        referencedRecords = 0;
        arrayBytes = 0;
        laneBytes = 0;
    }

    private void moveOut(int reducer, BlockDisk disk, BlockFile to) {
        BlockMove move = (part, block) -> {
            indexBytes += DiskBlock.INDEX_BYTES;
            return disk.write(to, key, reducer, part, block);
        };
        for (BlockBuffer<?> next :
                Arrays.asList(at(numbers, reducer), at(texts, reducer), at(mixed, reducer), at(references, reducer))) {
            if (next != null) {
                next.moveOut(move);
            }
        }
        SerializedBuffer third = at(bytes, reducer);
        if (third != null) {
            third.moveOut(move);
        }
    }

    /**
     * Ends the output and returns how many bytes each reducer gets. The attempt still pays for the blocks.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if there is not enough for them
     */
    long[] finish() {
        checkWhole();
        laneBytes = 0;
        for (SerializedBuffer buffer : bytes) {
            if (buffer != null) {
                buffer.seal();
                laneBytes += buffer.heldBytes();
            }
        }
        stream.close();
        memory.hold(heldBytes()); // while it can still be moved out
        scope.memory().unregister(this);
        checkWhole();
        if (file != null) {
            file.finish();
        }
        return takeBlocks();
    }

    private void checkWhole() {
        if (broken != null) {
            throw new IllegalStateException(
                    "The output of map partition " + key.mapPartition() + " of shuffle " + key.shuffleId()
                            + " is not whole, because a part of it could not be moved to local disk",
                    broken);
        }
    }

    private long[] takeBlocks() {
        PackedNumbers packed = packShortRuns();
        OutputBlocks all = isBare() ? OutputBlocks.of(numReducers, packed) : takeBlocks(packed);
        finished = all;
        finishedBytes = all.heldBytes();
        return all.bytesPerReducer();
    }

    /** Returns whether nothing is here, or nothing more. */
    private boolean isBare() {
        return numbers.length + texts.length + mixed.length + references.length + bytes.length == 0;
    }

    /** Lets go of the short runs of a group of reducers before the next is packed: there is no memory to hold all twice. */
    private @Nullable PackedNumbers packShortRuns() {
        if (numbers.length == 0 || !OutputBlocks.packs(numReducers)) {
            return null;
        }
        PackedNumbers.Builder packed = new PackedNumbers.Builder(numReducers);
        boolean all = true;
        for (int first = 0; first < numReducers; first += PackedNumbers.GROUP) {
            all &= packShortRuns(first, Math.min(numReducers, first + PackedNumbers.GROUP), packed);
        }
        if (all) {
            numbers = new PrimitiveBuffer[0];
        }
        return packed.build();
    }

    /** Returns whether there is nothing but short runs. */
    private boolean packShortRuns(int first, int end, PackedNumbers.Builder packed) {
        int records = 0;
        boolean all = true;
        for (int reducer = first; reducer < end; reducer++) {
            PrimitiveBuffer run = numbers[reducer];
            if (run != null) {
                boolean isShort = run.isShort();
                records += isShort ? run.records() : 0;
                all &= isShort;
            }
        }
        for (int reducer = first; records > 0 && reducer < end; reducer++) {
            PrimitiveBuffer run = numbers[reducer];
            if (run != null && run.isShort()) {
                packed.beginRun(reducer, run.keys(), run.values(), records);
                run.packInto(packed);
                numbers[reducer] = null;
            }
        }
        return all;
    }

    private OutputBlocks takeBlocks(@Nullable PackedNumbers packed) {
        double bytesPerRecord =
                referencedRecords == 0 ? 0 : (double) (keySizes.bytes() + valueSizes.bytes()) / referencedRecords;
        OutputBlocks.Builder blocks = new OutputBlocks.Builder(numReducers);
        for (int reducer = 0; reducer < numReducers; reducer++) {
            take(at(numbers, reducer), 0, blocks);
            take(at(texts, reducer), bytesPerRecord, blocks);
            take(at(mixed, reducer), bytesPerRecord, blocks);
            take(at(references, reducer), bytesPerRecord, blocks);
            SerializedBuffer third = at(bytes, reducer);
            if (third != null) {
                third.moveTo(blocks::add);
            }
            blocks.endReducer();
        }
        return blocks.build(packed);
    }

    private static void take(@Nullable BlockBuffer<?> buffer, double bytesPerRecord, OutputBlocks.Builder blocks) {
        if (buffer != null) {
            buffer.moveTo(blocks::add, bytesPerRecord);
        }
    }

    /**
     * Returns the finished output, which sees to its file from now on.
     *
     * @param retained pays for it once {@link #moveMemoryTo} was called
     */
    StoredOutput handOver(MemoryAccount retained) {
        OutputBlocks blocks = finished;
        if (blocks == null) {
            throw new IllegalStateException("The output of map partition " + key.mapPartition() + " is not finished");
        }
        StoredOutput output = new StoredOutput(key, blocks, retained, file, disk);
        finished = null;
        file = null;
        return output;
    }

    /**
     * Moves the memory of the finished blocks to an account that outlives the attempt, and gives the rest back.
     *
     * @throws dev.favilla.memory.ExecutionMemoryExhaustedException if the attempt holds too little and is refused the rest; nothing is moved
     */
    void moveMemoryTo(MemoryAccount retained) {
        memory.moveTo(retained, finishedBytes);
    }

    /** Drops what is held and gives the attempt's memory back; closing twice is harmless. */
    @Override
    public void close() {
        scope.memory().unregister(this);
        numbers = new PrimitiveBuffer[0];
        texts = new TextBuffer[0];
        mixed = new MixedBuffer[0];
        references = new ObjectBuffer[0];
        bytes = new SerializedBuffer[0];
        finished = null;
        BlockFile left = file;
        file = null;
        try (memory;
                left) { // closed in any case, the file first
            stream.close();
        }
    }
}
