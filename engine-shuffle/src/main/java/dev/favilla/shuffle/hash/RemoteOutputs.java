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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one reader fetches from other executors: small map outputs of one executor come together, so that a shuffle of
 * many costs few round trips. Those whose turn has not come are kept until then.
 *
 * <p><b>Memory.</b> What is kept is paid for by the attempt. What cannot be paid for is let go and fetched again.
 */
final class RemoteOutputs implements AutoCloseable {

    /** So much of one executor is asked for at once, by estimate; a single output may be more. */
    private static final long TOGETHER_BYTES = 256 << 10;

    private static final int MOST_TOGETHER = 256;

    private final BlockTransfer transfer;
    private final int shuffleId;
    private final int reducer;
    private final MemoryAccount memory;

    /** What was not asked for yet, in map order. */
    private final Map<ExecutorId, Deque<MapOutput>> waiting = new HashMap<>();

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
        List<EncodedBlock> early = kept.remove(output.mapPartition());
        if (early != null) {
            memory.release(bytesOf(early));
            return early;
        }
        List<MapOutput> together = togetherWith(output);
        List<Optional<List<EncodedBlock>>> fetched = transfer.fetch(shuffleId, reducer, together);
        for (int i = 1; i < fetched.size(); i++) {
            MapOutput later = together.get(i);
            fetched.get(i).ifPresent(blocks -> keep(later, blocks));
        }
        return fetched.get(0).orElseThrow(BlockTransferException::wasDropped);
    }

    private List<MapOutput> togetherWith(MapOutput output) {
        Deque<MapOutput> others = waiting.getOrDefault(output.executor(), new ArrayDeque<>());
        MapOutput first = others.peek();
        if (first == null || first.mapPartition() != output.mapPartition()) {
            return List.of(output); // it was asked for before
        }
        List<MapOutput> together = new ArrayList<>();
        long bytes = 0;
        for (MapOutput next = others.peek(); next != null; next = others.peek()) {
            bytes += next.sizes().estimate(reducer);
            if (!together.isEmpty() && (bytes > TOGETHER_BYTES || together.size() == MOST_TOGETHER)) {
                break;
            }
            together.add(others.remove());
        }
        return together;
    }

    private void keep(MapOutput output, List<EncodedBlock> blocks) {
        long bytes = bytesOf(blocks);
        long granted = memory.reserve(bytes);
        if (granted < bytes) {
            memory.release(granted);
        } else {
            kept.put(output.mapPartition(), blocks);
        }
    }

    private static long bytesOf(List<EncodedBlock> blocks) {
        return blocks.stream().mapToLong(block -> block.frame().length).sum();
    }

    /** Lets go of what was kept; closing twice is harmless. */
    @Override
    public void close() {
        kept.values().forEach(blocks -> memory.release(bytesOf(blocks)));
        kept.clear();
    }
}
