package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultProbe;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.storage.LocalBlockManager;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Several executors' shuffles with a transfer between them that can be watched and disturbed. */
public final class ShufflePeers implements AutoCloseable {

    private final InMemoryTransfer transfer = new InMemoryTransfer();
    private final AtomicLong attempts = new AtomicLong();
    private final List<Peer> peers = new ArrayList<>();

    /** What was fetched, as {@code "3_7_1 from executor-2#2"}: shuffle, map partition, reducer. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    /** What happens to blocks between two executors. */
    public UnaryOperator<List<EncodedBlock>> onTheWay = UnaryOperator.identity();

    /** What happens where a test kit may step in. */
    public FaultProbe faults = FaultProbe.NONE;

    public ShufflePeers(Opener opener, int executors, long poolBytes) {
        Serializer serializer = new KryoSerializer(List.of());
        for (int i = 1; i <= executors; i++) {
            ExecutorId id = new ExecutorId("executor-" + i, i);
            MemoryManager memory = new UnifiedMemoryManager(poolBytes, 0.5);
            ShuffleManager shuffle = opener.open(memory, serializer, id, new Tapped(transfer.from(id)));
            LocalBlockManager blocks = new LocalBlockManager(memory, serializer, block -> {});
            ResultBlocks results = new ResultBlocks(id, transfer.from(BlockServers.DRIVER));
            transfer.register(id, new ExecutorBlocks(shuffle, blocks, results));
            peers.add(new Peer(id, memory, shuffle, blocks));
        }
    }

    /** Has the test fail if memory is left when it has ended. */
    public void audit(LeakProbes probes) {
        probes.register(new LeakProbe() {
            @Override
            public String name() {
                return "bytes of the pools";
            }

            @Override
            public long measure() {
                return peers.stream()
                        .mapToLong(peer ->
                                peer.memory.poolBytes() - peer.memory.usage().freeBytes())
                        .sum();
            }
        });
    }

    public Peer peer(int index) {
        return peers.get(index);
    }

    /** Lets the others know that an executor is gone. */
    public void lose(Peer peer) {
        transfer.unregister(peer.id);
    }

    /** Begins an attempt on an executor. */
    public TaskScope attempt(Peer on) {
        long id = attempts.incrementAndGet();
        return new TaskScope(id, "task " + id, on.memory.openTask("task " + id), faults);
    }

    /** Writes one map output. */
    public MapOutput write(Peer on, ShuffleSpec spec, int mapPartition, Iterable<Entry> records) throws Exception {
        try (TaskScope scope = attempt(on);
                ShuffleWriter writer = on.shuffle.writer(spec, mapPartition, scope)) {
            for (Entry entry : records) {
                writer.write(entry.key(), entry.value());
            }
            return writer.commit();
        }
    }

    /** Writes one map output per list, map {@code i} on executor {@code places[i % places.length]}. */
    public MapOutputs writeAll(ShuffleSpec spec, List<? extends Iterable<Entry>> maps, int... places) throws Exception {
        List<MapOutput> outputs = new ArrayList<>();
        for (int map = 0; map < maps.size(); map++) {
            outputs.add(write(peer(places[map % places.length]), spec, map, maps.get(map)));
        }
        return new MapOutputs(spec.shuffleId(), 0, outputs);
    }

    /** Reads one reducer's input. */
    public List<Entry> read(Peer on, ShuffleSpec spec, MapOutputs outputs, int reducer) throws Exception {
        try (TaskScope scope = attempt(on)) {
            return read(on, spec, outputs, reducer, scope);
        }
    }

    /** As above, in a given attempt. */
    public List<Entry> read(Peer on, ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope)
            throws Exception {
        List<Entry> entries = new ArrayList<>();
        try (ShuffleReader reader = on.shuffle.reader(spec, outputs, reducer, scope)) {
            while (reader.drive((key, value) -> entries.add(new Entry(key, value)), 7)) {
                // drive does it
            }
        }
        return entries;
    }

    /** Returns what reading one reducer's input counts. */
    public MetricValues metricsOfReading(Peer on, ShuffleSpec spec, MapOutputs outputs, int reducer) throws Exception {
        try (TaskScope scope = attempt(on)) {
            read(on, spec, outputs, reducer, scope);
            return scope.metrics().snapshot();
        }
    }

    @Override
    public void close() {
        for (Peer peer : peers) {
            transfer.unregister(peer.id);
            peer.shuffle.close();
            peer.blocks.close();
        }
    }

    /** Opens the shuffle under test. */
    @FunctionalInterface
    public interface Opener {

        ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor, BlockTransfer transfer);
    }

    /** One executor. */
    public record Peer(ExecutorId id, MemoryManager memory, ShuffleManager shuffle, LocalBlockManager blocks) {}

    private final class Tapped implements BlockTransfer {

        private final BlockTransfer transfer;

        Tapped(BlockTransfer transfer) {
            this.transfer = transfer;
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
            asked.add(shuffleId + "_" + output.mapPartition() + "_" + reducer + " from " + output.executor());
            return onTheWay.apply(transfer.fetch(shuffleId, reducer, output, from));
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return transfer.fetch(id, inputVersion);
        }
    }
}
