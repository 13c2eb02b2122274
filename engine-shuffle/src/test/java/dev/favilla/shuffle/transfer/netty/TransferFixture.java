package dev.favilla.shuffle.transfer.netty;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.frame.BlockHeader;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transfer, and servers that have what a seed says. Netty looks at every buffer. */
final class TransferFixture implements AutoCloseable {

    static final ExecutorId A = new ExecutorId("executor-1", 1);
    static final ExecutorId B = new ExecutorId("executor-2", 2);
    static final ExecutorId C = new ExecutorId("executor-3", 3);

    static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    final NettyTransfer transfer;

    private TransferFixture(NettyTransfer transfer) {
        this.transfer = transfer;
    }

    /** @param medium {@code memory} or {@code tcp} */
    static TransferFixture open(String medium, Duration patience) {
        ThreadFactory forLoop = threads("favilla-test-transfer-");
        ThreadFactory forMakers = threads("favilla-test-blocks-");
        return new TransferFixture(
                medium.equals("tcp")
                        ? NettyTransfer.overLoopback(patience, forLoop, forMakers)
                        : NettyTransfer.inMemory(patience, forLoop, forMakers));
    }

    static ThreadFactory threads(String prefix) {
        AtomicInteger next = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Has the test fail if a buffer is in use when it has ended. */
    void audit(LeakProbes probes) {
        probes.register(new LeakProbe() {
            @Override
            public String name() {
                return "bytes of Netty's buffers";
            }

            @Override
            public long measure() {
                return transfer.bufferBytes();
            }
        });
    }

    /** Returns the output of a map partition that an executor has. */
    static MapOutput output(ExecutorId executor, int map) {
        return new MapOutput(map, attemptOf(map), executor, 1, 0, BlockSizes.of(new long[] {1, 1, 1, 1}));
    }

    private static long attemptOf(int map) {
        return 100L + map;
    }

    @Override
    public void close() {
        List<String> stuck = transfer.close(CLOSING);
        if (!stuck.isEmpty()) {
            throw new AssertionError(stuck.toString());
        }
    }

    /** Has blocks of some map outputs, made of a seed, and cached blocks. */
    static final class Server implements BlockServer {

        private final Map<String, List<EncodedBlock>> outputs = new ConcurrentHashMap<>();
        private final Map<BlockId, EncodedBlock> cached = new ConcurrentHashMap<>();
        private final Map<Long, EncodedBlock> broadcasts = new ConcurrentHashMap<>();
        private volatile @Nullable ResultBlocks results;

        /** What was asked for. */
        final List<String> asked = java.util.Collections.synchronizedList(new ArrayList<>());

        /** Called before each answer, with the map partition. */
        volatile Consumer<Integer> before = map -> {};

        /** Has one output in blocks of these lengths. */
        Server with(int shuffle, int map, int reducer, SplittableRandom random, int... lengths) {
            List<EncodedBlock> blocks = new ArrayList<>();
            for (int length : lengths) {
                byte[] frame = new byte[length];
                random.nextBytes(frame);
                String name = "shuffle_" + shuffle + "_" + map + "_" + reducer;
                blocks.add(new EncodedBlock(
                        new BlockHeader(name, attemptOf(map), blocks.size(), random.nextInt(1000)), frame));
            }
            outputs.put(shuffle + " " + map + " " + reducer, blocks);
            return this;
        }

        Server withCached(BlockId id, long digest, byte[] frame) {
            cached.put(id, new EncodedBlock(new BlockHeader(id.toString(), 5, 77, 3), digest, frame));
            return this;
        }

        Server withBroadcast(long id, byte[] frame) {
            broadcasts.put(id, new EncodedBlock(new BlockHeader("broadcast_" + id, 0, 0, 1), frame));
            return this;
        }

        Server withResults(ResultBlocks waiting) {
            results = waiting;
            return this;
        }

        @Override
        public Optional<EncodedBlock> result(long attemptId) {
            return Optional.ofNullable(results).flatMap(waiting -> waiting.find(attemptId));
        }

        @Override
        public Optional<EncodedBlock> broadcast(long id) {
            return Optional.ofNullable(broadcasts.get(id));
        }

        List<EncodedBlock> blocks(int shuffle, int map, int reducer) {
            return outputs.get(shuffle + " " + map + " " + reducer);
        }

        @Override
        public Optional<List<EncodedBlock>> shuffleBlocks(
                int shuffleId, int mapPartition, long attemptId, int reducer) {
            asked.add(shuffleId + " " + mapPartition + " " + reducer);
            before.accept(mapPartition);
            return attemptId == attemptOf(mapPartition)
                    ? Optional.ofNullable(blocks(shuffleId, mapPartition, reducer))
                    : Optional.empty();
        }

        @Override
        public boolean hasCachedBlock(BlockId id, long inputVersion) {
            return cached.containsKey(id) && inputVersion == 77;
        }

        @Override
        public Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion) {
            asked.add(id.toString());
            before.accept(-1);
            return Optional.ofNullable(cached.get(id));
        }
    }
}
