package dev.favilla.shuffle.hash;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one reader fetches from other executors: small map outputs of one executor come together, so that a shuffle of
 * many costs few round trips. Those whose turn has not come are kept until then. While a reader waits for one executor, or
 * reads what came from it, small outputs of that and of others are on their way, where the transfer can do that.
 *
 * <p><b>Memory.</b> What is kept is paid for by the attempt. What cannot be paid for is let go and fetched again. What is
 * on its way before its turn is paid for by estimate; if it cannot be, nothing is any more.
 */
final class RemoteOutputs implements AutoCloseable {

    /** So much of one executor is asked for at once, by estimate; a single output may be more. */
    private static final long TOGETHER_BYTES = 256 << 10;

    private static final int MOST_TOGETHER = 256;

    /** From so many executors outputs are on their way before their turn. */
    private static final int MOST_AHEAD = 4;

    private final BlockTransfer transfer;
    private final int shuffleId;
    private final int reducer;
    private final MemoryAccount memory;

    /** What was not asked for yet, in map order. */
    private final Map<ExecutorId, Deque<MapOutput>> waiting = new LinkedHashMap<>();

    /** What is on its way before its turn. */
    private final Map<ExecutorId, Ahead> ahead = new HashMap<>();

    private boolean sendsAhead = true;

    /** What came before its turn, by map partition. */
    private final Map<Integer, List<EncodedBlock>> kept = new HashMap<>();

    RemoteOutputs(BlockTransfer transfer, int shuffleId, int reducer, MemoryAccount memory) {
        this.transfer = transfer;
        this.shuffleId = shuffleId;
        this.reducer = reducer;
        this.memory = memory;
    }

    /** Says that an output will be fetched, after those of which that was said before. */
    void add(MapOutput output) {
        waiting.computeIfAbsent(output.executor(), executor -> new ArrayDeque<>())
                .add(output);
    }

    /** Returns the blocks of an output whose turn has come, or which came damaged and is fetched again. */
    List<EncodedBlock> fetch(MapOutput output) throws BlockTransferException {
        sendAhead();
        List<EncodedBlock> early = kept.remove(output.mapPartition());
        if (early != null) {
            memory.release(bytesOf(early));
            return early;
        }
        Ahead begun = ahead.get(output.executor());
        List<MapOutput> together;
        List<Optional<List<EncodedBlock>>> fetched;
        if (begun != null && begun.outputs().get(0).equals(output)) {
            together = begun.outputs();
            fetched = begun.begun().await();
            ahead.remove(output.executor());
            memory.release(begun.reserved());
        } else {
            together = removeWith(output);
            fetched = transfer.fetch(shuffleId, reducer, together);
        }
        for (int i = 1; i < fetched.size(); i++) {
            MapOutput later = together.get(i);
            fetched.get(i).ifPresent(blocks -> keep(later, blocks));
        }
        return fetched.get(0).orElseThrow(BlockTransferException::wasDropped);
    }

    /** Returns further blocks of an output whose turn has come. */
    List<EncodedBlock> fetch(MapOutput output, int from) throws BlockTransferException {
        return transfer.fetch(shuffleId, reducer, output, from);
    }

    private void sendAhead() {
        waiting.forEach((executor, outputs) -> {
            if (sendsAhead && ahead.size() < MOST_AHEAD && !ahead.containsKey(executor) && !outputs.isEmpty()) {
                sendAhead(executor, outputs);
            }
        });
    }

    private void sendAhead(ExecutorId executor, Deque<MapOutput> outputs) {
        List<MapOutput> together = firstOf(outputs);
        long bytes = together.stream().mapToLong(this::estimate).sum();
        if (bytes > TOGETHER_BYTES) {
            return; // it comes alone, when there is nothing else to hold
        }
        Optional<BlockTransfer.Begun> begun = transfer.begin(shuffleId, reducer, together);
        sendsAhead = begun.isPresent() && isPaid(bytes);
        if (sendsAhead) {
            ahead.put(executor, new Ahead(together, bytes, begun.get()));
            together.forEach(output -> outputs.remove());
        } else {
            begun.ifPresent(BlockTransfer.Begun::close);
        }
    }

    private boolean isPaid(long bytes) {
        long granted = memory.reserve(bytes);
        if (granted < bytes) {
            memory.release(granted);
        }
        return granted == bytes;
    }

    /** Returns an output and those that are asked for together with it, which are waiting no longer. */
    private List<MapOutput> removeWith(MapOutput output) {
        Deque<MapOutput> outputs = waiting.getOrDefault(output.executor(), new ArrayDeque<>());
        if (!output.equals(outputs.peek())) {
            return List.of(output); // it was asked for before
        }
        List<MapOutput> together = firstOf(outputs);
        together.forEach(one -> outputs.remove());
        return together;
    }

    private List<MapOutput> firstOf(Deque<MapOutput> outputs) {
        List<MapOutput> together = new ArrayList<>();
        long bytes = 0;
        for (MapOutput next : outputs) {
            bytes += estimate(next);
            if (!together.isEmpty() && (bytes > TOGETHER_BYTES || together.size() == MOST_TOGETHER)) {
                break;
            }
            together.add(next);
        }
        return together;
    }

    private long estimate(MapOutput output) {
        return output.sizes().estimate(reducer);
    }

    private void keep(MapOutput output, List<EncodedBlock> blocks) {
        if (isPaid(bytesOf(blocks))) {
            kept.put(output.mapPartition(), blocks);
        }
    }

    private static long bytesOf(List<EncodedBlock> blocks) {
        return blocks.stream().mapToLong(block -> block.frame().length).sum();
    }

    /** Lets go of what was kept or is on its way; closing twice is harmless. */
    @Override
    public void close() {
        sendsAhead = false;
        ahead.values().forEach(begun -> {
            begun.begun().close();
            memory.release(begun.reserved());
        });
        ahead.clear();
        kept.values().forEach(blocks -> memory.release(bytesOf(blocks)));
        kept.clear();
    }

    /**
     * Outputs of one executor that are on their way.
     *
     * @param reserved what was paid for them beforehand
     */
    private record Ahead(List<MapOutput> outputs, long reserved, BlockTransfer.Begun begun) {}
}
