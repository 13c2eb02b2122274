package dev.favilla.shuffle.hash;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one reader has its blocks from: what lies here is looked up before the first record, and each block again when
 * its turn comes, for it may have gone from memory to disk; what lies on another executor is fetched when its turn comes,
 * one map output at a time, or several that are {@linkplain RemoteOutputs small}, or a part of one that is large.
 *
 * <p><b>Memory.</b> What was fetched is paid for by the attempt until it is {@linkplain #leave left}, and so is the one
 * block that was read from disk last.
 *
 * <p><b>Failures.</b> Not a byte is parsed before it is known to be the right one and whole. A block that came damaged
 * from another executor or from disk is fetched or read once more: it may have happened on the way. What is damaged in
 * memory, or gone, is a {@link FetchFailedException} at once, recorded in the scope as well: user code that catches it cannot turn a lost
 * input into a result. An attempt that was told to stop has lost nothing, whatever it meets.
 */
final class BlockSource implements AutoCloseable {

    private final OutputStore store;
    private final ExecutorId executor;
    private final RemoteOutputs remote;
    private final MapOutputs outputs;
    private final int reducer;
    private final TaskScope scope;
    private final MemoryMeter fetched;

    /** Whether there may be more blocks of what was fetched last. */
    private boolean mayHaveMore;

    BlockSource(
            OutputStore store,
            ExecutorId executor,
            BlockTransfer transfer,
            MapOutputs outputs,
            int reducer,
            TaskScope scope) {
        this.store = store;
        this.executor = executor;
        this.remote = new RemoteOutputs(transfer, outputs.shuffleId(), reducer, scope.memory());
        this.outputs = outputs;
        this.reducer = reducer;
        this.scope = scope;
        this.fetched = new MemoryMeter(scope.memory());
    }

    /** Returns what is to be read, in map order. What lies here in memory stays readable from now on. */
    Deque<Input> lookUp() {
        Deque<Input> inputs = new ArrayDeque<>();
        Band band = store.band(outputs, reducer);
        if (band != null) {
            band.inputs(reducer, input -> add(input, inputs));
            return inputs;
        }
        for (MapOutput output : outputs.outputs()) {
            if (!output.sizes().isEmpty(reducer)) {
                add(new Input(List.of(output), store.find(keyOf(output)), null), inputs);
            }
        }
        return inputs;
    }

    private void add(Input input, Deque<Input> inputs) {
        if (!input.isHere()) {
            MapOutput output = input.output();
            if (output.executor().equals(executor)) {
                throw lost(output, "it was dropped", null);
            }
            remote.add(output);
        }
        inputs.add(input);
    }

    /** Returns the blocks of an input whose turn has come. */
    List<Block> enter(Input input) {
        if (scope.faults() != FaultProbe.NONE) {
            input.outputs().forEach(this::meetFaults);
        }
        PrimitiveBlock copied = input.copied();
        if (copied != null) {
            return List.of(copied);
        }
        StoredOutput here = input.here();
        return here != null ? here.blocks(reducer) : fetch(input.output(), 0);
    }

    private void meetFaults(MapOutput output) {
        try {
            scope.faults().reach(FaultSite.FETCH, nameOf(output));
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw lost(output, "a test kit stepped in: " + e, e);
        }
    }

    /** Returns whether there may be more blocks of the present input than were returned so far. */
    boolean mayHaveMore() {
        return mayHaveMore;
    }

    /** Returns the blocks of the present input from number {@code from} on, after those that were returned so far. */
    List<Block> more(Input input, int from) {
        leave();
        return fetch(input.output(), from);
    }

    private List<Block> fetch(MapOutput output, int from) {
        return twice(output, "it came damaged twice: ", () -> open(output, ask(output, from), from));
    }

    private <T> T twice(MapOutput output, String reason, Supplier<T> access) {
        DamagedBlockException first;
        try {
            return access.get();
        } catch (DamagedBlockException e) {
            logger().debug("A block is looked at once more", e);
            first = e;
        }
        try {
            return access.get();
        } catch (DamagedBlockException e) {
            e.addSuppressed(first);
            throw lost(output, reason + e.getMessage(), e);
        }
    }

    private List<EncodedBlock> ask(MapOutput output, int from) {
        scope.checkKilled();
        try {
            return from == 0 ? remote.fetch(output) : remote.fetch(output, from);
        } catch (BlockTransferException e) {
            throw lost(output, String.valueOf(e.getMessage()), e);
        } catch (LocalDiskException e) {
            throw unreadable(output, e);
        }
    }

    private List<Block> open(MapOutput output, List<EncodedBlock> encoded, int from) {
        long held = encoded.stream().mapToLong(block -> block.frame().length).sum();
        scope.metrics().add(Metric.REMOTE_BYTES_READ, held);
        fetched.hold(held);
        if (encoded.isEmpty() && from == 0) {
            throw new DamagedBlockException(nameOf(output), output.attemptId(), "nothing of it came");
        }
        List<Block> blocks = new ArrayList<>(encoded.size());
        for (EncodedBlock block : encoded) {
            int records = Math.toIntExact(block.header().recordCount());
            int frameBytes = block.frame().length;
            BlockFrame.Payload payload = verify(output, block.frame(), from + blocks.size(), records);
            held += payload.bytes().length - frameBytes; // longer than the frame if that was compressed
            fetched.hold(held);
            blocks.add(new FetchedBlock(payload, records, frameBytes));
        }
        mayHaveMore = BlockServer.isFull(encoded);
        return blocks;
    }

    /** Verifies a block that lies here. */
    BlockFrame.Payload open(MapOutput output, SerializedBlock block, int part) {
        try {
            return verify(output, block.frame(), part, block.records());
        } catch (DamagedBlockException e) {
            throw lost(output, "it is damaged: " + e.getMessage(), e);
        }
    }

    /** Reads and verifies a block that lies on disk here. */
    BlockFrame.Payload open(MapOutput output, DiskBlock block, int part) {
        fetched.hold(block.bytes());
        BlockFrame.Payload payload = twice(
                output, "it is damaged on disk: ", () -> verify(output, read(output, block), part, block.records()));
        if (payload.length() > block.bytes()) { // it was compressed
            fetched.hold(block.bytes() + payload.length());
        }
        return payload;
    }

    private byte[] read(MapOutput output, DiskBlock block) {
        scope.checkKilled();
        try {
            return block.read();
        } catch (LocalDiskException e) {
            throw unreadable(output, e);
        }
    }

    private DamagedBlockException unreadable(MapOutput output, LocalDiskException cause) {
        DamagedBlockException damaged =
                new DamagedBlockException(nameOf(output), output.attemptId(), String.valueOf(cause.getMessage()));
        damaged.initCause(cause);
        return damaged;
    }

    private BlockFrame.Payload verify(MapOutput output, byte[] frame, int part, int records) {
        BlockHeader expected = SerializedBlock.header(keyOf(output), reducer, part, records);
        return BlockFrame.open(scope.faults().bytes(FaultSite.FETCH, nameOf(output), frame), expected);
    }

    /** Gives back what the present input took. */
    void leave() {
        mayHaveMore = false;
        fetched.close();
    }

    /** Gives back everything; closing twice is harmless. */
    @Override
    public void close() {
        leave();
        remote.close();
    }

    private OutputKey keyOf(MapOutput output) {
        return new OutputKey(outputs.shuffleId(), output.mapPartition(), output.attemptId());
    }

    private String nameOf(MapOutput output) {
        return SerializedBlock.name(keyOf(output), reducer);
    }

    private FetchFailedException lost(MapOutput output, String reason, @Nullable Throwable cause) {
        scope.checkKilled();
        FetchFailedException failure = new FetchFailedException(outputs.shuffleId(), output, reducer, reason, cause);
        scope.recordLostInput(failure);
        return failure;
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(BlockSource.class);
    }

    /**
     * A map output to be read, or several whose records were copied.
     *
     * @param here where its blocks are; null if they were copied, or lie on another executor
     * @param copied the records of all of them; null if they were not copied
     */
    record Input(
            List<MapOutput> outputs,
            @Nullable StoredOutput here,
            @Nullable PrimitiveBlock copied) {

        /** Returns the map output, or the first of several. */
        MapOutput output() {
            return outputs.get(0);
        }

        boolean isHere() {
            return here != null || copied != null;
        }
    }
}
