package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.storage.EncodedBlock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Results of one executor's attempts that are too large to go to the driver with the news of their ends. Each lies here
 * as a block until the driver has fetched it. Meanwhile the attempt keeps its slot, so that no more results are on the
 * way than attempts may run.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class ResultBlocks {

    private static final BlockFrame FRAMES = new BlockFrame(Compression.NONE);

    private final ExecutorId executor;
    private final BlockTransfer driver;
    private final Map<Long, EncodedBlock> waiting = new ConcurrentHashMap<>();

    /**
     * @param executor where they lie
     * @param driver how the driver fetches
     */
    public ResultBlocks(ExecutorId executor, BlockTransfer driver) {
        this.executor = executor;
        this.driver = driver;
    }

    /**
     * Has the driver fetch a result, waits for that, and returns what the driver has got.
     *
     * @param faults steps in when the driver asks for it, and with what it gets
     * @throws BlockTransferException if it cannot be had
     * @throws dev.favilla.frame.DamagedBlockException if it was changed on the way
     */
    public BlockFrame.Payload send(long attemptId, byte[] result, FaultProbe faults) throws Exception {
        BlockHeader header = new BlockHeader("result_" + attemptId, attemptId, 0, 1);
        waiting.put(attemptId, new EncodedBlock(header, FRAMES.wrap(header, result, 0, result.length)));
        try {
            faults.reach(FaultSite.FETCH, header.blockId());
            EncodedBlock fetched = driver.fetchResult(executor, attemptId);
            return BlockFrame.open(faults.bytes(FaultSite.FETCH, header.blockId(), fetched.frame()), header);
        } finally {
            waiting.remove(attemptId);
        }
    }

    /** Returns the result of an attempt, if it waits to be fetched. */
    public Optional<EncodedBlock> find(long attemptId) {
        return Optional.ofNullable(waiting.get(attemptId));
    }
}
