package dev.favilla.shuffle.hash;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDisk;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.spill.Combiner;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hash shuffle of one executor. Map outputs stay in memory as long as nobody needs the room: records that are deeply
 * immutable by reference, until map outputs take two fifths of the budget, all others as bytes. To other executors, and
 * to local disk, all of them go as bytes.
 *
 * <p><b>Memory.</b> A writer and a reader pay from their attempt's account. A writer that is short of memory moves what it
 * has to a file. A committed output is moved to a retained account of its own; any task that is short of memory has it
 * written to local disk, from where it is read on. The account is closed, and the files deleted, when the output is
 * dropped: when nobody needs it, or before its time when a task of another job could not go on otherwise. Whoever wants
 * it then finds it lost, and it is computed again.
 *
 * <p><b>Threads.</b> May be used from any thread. Each writer and reader belongs to the thread of its attempt.
 *
 * <p><b>Failures.</b> An attempt that is refused memory fails with
 * {@link dev.favilla.memory.ExecutionMemoryExhaustedException}, and one that cannot move out what it has with
 * {@link dev.favilla.disk.LocalDiskException}. A committed output that cannot be written out stays in memory. What cannot
 * be read back, or is not what was written, is lost as if it had been dropped. What is opened or committed after
 * {@link #close} is an {@link IllegalStateException}.
 */
public final class HashShuffleManager implements ShuffleManager {

    private final MemoryManager memory;
    private final Serializer serializer;
    private final BlockFrame frames;
    private final ExecutorId executor;
    private final BlockTransfer transfer;
    private final BlockEncoder encoder;
    private final @Nullable BlockDisk disk;
    private final OutputStore store = new OutputStore();

    /** A shuffle of the only executor, whose serialized records are not compressed and whose outputs stay in memory. */
    public HashShuffleManager(MemoryManager memory, Serializer serializer, ExecutorId executor) {
        this(
                memory,
                serializer,
                new BlockFrame(Compression.NONE),
                executor,
                BlockTransfer.NONE,
                null,
                new BlockFrame(Compression.NONE));
    }

    /**
     * @param memory the budget that map outputs are kept in
     * @param serializer for the records that cannot be shared; all executors use the same
     * @param frames how serialized records are framed, and whether compressed
     * @param executor where the outputs lie, as {@link dev.favilla.shuffle.MapOutput} says
     * @param transfer fetches what lies on other executors
     * @param disk where outputs go when memory is short; null if they stay in memory
     * @param diskFrames how records are framed there, and whether compressed
     */
    public HashShuffleManager(
            MemoryManager memory,
            Serializer serializer,
            BlockFrame frames,
            ExecutorId executor,
            BlockTransfer transfer,
            @Nullable LocalDisk disk,
            BlockFrame diskFrames) {
        this.memory = memory;
        this.serializer = serializer;
        this.frames = frames;
        this.executor = executor;
        this.transfer = transfer;
        this.encoder = new BlockEncoder(serializer, frames);
        this.disk = disk == null ? null : new BlockDisk(disk, serializer, frames, diskFrames);
    }

    @Override
    public ShuffleWriter writer(ShuffleSpec spec, int mapPartition, TaskScope scope) {
        checkOpen();
        if (mapPartition < 0) {
            throw new IllegalArgumentException("mapPartition must be >= 0, got " + mapPartition);
        }
        OutputKey key = new OutputKey(spec.shuffleId(), mapPartition, scope.attemptId());
        OutputBuffer buffer = new OutputBuffer(key, spec, serializer, frames, scope, memory, disk);
        MapSideWriter mapSide = mapSide(spec, buffer, scope);
        return new HashShuffleWriter(key, executor, store, memory, scope, mapSide, buffer);
    }

    private MapSideWriter mapSide(ShuffleSpec spec, OutputBuffer buffer, TaskScope scope) {
        Router router = new Router(spec, scope);
        Aggregator aggregator = spec.aggregator().filter(Aggregator::mapSide).orElse(null);
        if (aggregator == null) {
            return new DirectWriter(router, buffer);
        }
        Combiner<@Nullable Object, @Nullable Object> combiner =
                aggregator.combiner().forTask(scope);
        RecordCopier copier = RecordCopier.attachTo(scope, serializer);
        return aggregator.restartable()
                ? new CombiningWriter(combiner, router, buffer, copier, scope)
                : new FoldingWriter(combiner, router, buffer, copier, scope);
    }

    @Override
    public ShuffleReader reader(ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope) {
        checkOpen();
        if (reducer < 0 || reducer >= spec.numReducers()) {
            throw new IllegalArgumentException(
                    "reducer must be from 0 to " + (spec.numReducers() - 1) + ", got " + reducer);
        }
        if (outputs.shuffleId() != spec.shuffleId()) {
            throw new IllegalArgumentException(
                    "outputs must be those of " + spec + ", got those of shuffle " + outputs.shuffleId());
        }
        BlockSource source = new BlockSource(store, executor, transfer, outputs, reducer, scope);
        BlockCursor cursor = new BlockCursor(source, serializer, scope);
        return spec.aggregator()
                .<ShuffleReader>map(aggregator -> new AggregatingReader(cursor, aggregator, scope))
                .orElseGet(() -> new StreamingReader(cursor));
    }

    private void checkOpen() {
        if (store.isClosed()) {
            throw new IllegalStateException("The shuffle manager of " + executor + " is closed");
        }
    }

    @Override
    public Optional<List<EncodedBlock>> export(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return export(shuffleId, mapPartition, attemptId, reducer, 0, Long.MAX_VALUE);
    }

    @Override
    public Optional<List<EncodedBlock>> export(int shuffleId, int mapPartition, long attemptId, int reducer, int from) {
        return export(shuffleId, mapPartition, attemptId, reducer, from, BlockServer.PART_BYTES);
    }

    private Optional<List<EncodedBlock>> export(
            int shuffleId, int mapPartition, long attemptId, int reducer, int from, long bytes) {
        OutputKey key = new OutputKey(shuffleId, mapPartition, attemptId);
        StoredOutput output = store.find(key);
        return output == null
                ? Optional.empty()
                : Optional.of(encoder.encode(key, reducer, output.blocks(reducer), from, bytes));
    }

    @Override
    public void drop(int shuffleId, int mapPartition, long attemptId) {
        store.drop(new OutputKey(shuffleId, mapPartition, attemptId));
    }

    @Override
    public void drop(int shuffleId) {
        store.drop(shuffleId);
    }

    @Override
    public int outputCount() {
        return store.size();
    }

    @Override
    public void close() {
        store.close();
    }
}
