package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.LocalDisk;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.spill.RunStore;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One executor's shuffle with everything it needs, and short ways to write and read. */
public final class ShuffleFixture implements AutoCloseable {

    /** The shuffle most tests write. */
    public static final int SHUFFLE = 3;

    public static final ExecutorId HERE = new ExecutorId("here", 1);

    private final MemoryManager memory;
    private final ShuffleManager shuffle;
    private final Serializer serializer = new KryoSerializer(List.of());
    private final LocalDisk disk = new DirectoryDisk(System.getProperty("java.io.tmpdir"));
    private final AtomicLong attempts = new AtomicLong();

    public ShuffleFixture(Opener opener, long poolBytes) {
        memory = new UnifiedMemoryManager(poolBytes, 0.5);
        shuffle = opener.open(memory, serializer, HERE);
    }

    /** Returns the spec of {@link #SHUFFLE} with keys placed by hash. */
    public static ShuffleSpec spec(int reducers, @Nullable Aggregator aggregator) {
        return new ShuffleSpec(SHUFFLE, new HashPartitioner(reducers), aggregator);
    }

    /** Returns a record. */
    public static Entry entry(@Nullable Object key, @Nullable Object value) {
        return new Entry(key, value);
    }

    /** Has the test fail if memory is left when it has ended. */
    public void audit(LeakProbes probes) {
        probes.register(new LeakProbe() {
            @Override
            public String name() {
                return "bytes of the pool";
            }

            @Override
            public long measure() {
                return memory.poolBytes() - memory.usage().freeBytes();
            }
        });
    }

    public MemoryManager memory() {
        return memory;
    }

    public ShuffleManager shuffle() {
        return shuffle;
    }

    /** Begins an attempt. */
    public TaskScope attempt() {
        long id = attempts.incrementAndGet();
        TaskScope scope = new TaskScope(id, "task " + id, memory.openTask("task " + id));
        RunStore.attachTo(scope, disk, serializer);
        return scope;
    }

    /** Writes one map output in an attempt of its own. */
    public MapOutput write(ShuffleSpec spec, int mapPartition, Iterable<Entry> records) throws Exception {
        return write(spec, mapPartition, records, new ArrayList<>());
    }

    /** As above, and adds the attempt's metrics to {@code metrics}. */
    public MapOutput write(ShuffleSpec spec, int mapPartition, Iterable<Entry> records, List<TaskMetrics> metrics)
            throws Exception {
        try (TaskScope scope = attempt();
                ShuffleWriter writer = shuffle.writer(spec, mapPartition, scope)) {
            metrics.add(scope.metrics());
            for (Entry entry : records) {
                writer.write(entry.key(), entry.value());
            }
            return writer.commit();
        }
    }

    /** Writes one map output per list. */
    public MapOutputs writeAll(ShuffleSpec spec, List<? extends Iterable<Entry>> maps) throws Exception {
        List<MapOutput> outputs = new ArrayList<>();
        for (int map = 0; map < maps.size(); map++) {
            outputs.add(write(spec, map, maps.get(map)));
        }
        return new MapOutputs(spec.shuffleId(), 0, outputs);
    }

    /** Reads one reducer's input in an attempt of its own, a few entries at a time. */
    public List<Entry> read(ShuffleSpec spec, MapOutputs outputs, int reducer) throws Exception {
        return read(spec, outputs, reducer, new ArrayList<>());
    }

    /** As above, and adds the attempt's metrics to {@code metrics}. */
    public List<Entry> read(ShuffleSpec spec, MapOutputs outputs, int reducer, List<TaskMetrics> metrics)
            throws Exception {
        List<Entry> entries = new ArrayList<>();
        try (TaskScope scope = attempt();
                ShuffleReader reader = shuffle.reader(spec, outputs, reducer, scope)) {
            metrics.add(scope.metrics());
            while (reader.drive((key, value) -> entries.add(new Entry(key, value)), 7)) {
                // drive does it
            }
        }
        return entries;
    }

    /** Reads everything, reducer by reducer. */
    public List<List<Entry>> readAll(ShuffleSpec spec, MapOutputs outputs) throws Exception {
        List<List<Entry>> all = new ArrayList<>();
        for (int reducer = 0; reducer < spec.numReducers(); reducer++) {
            all.add(read(spec, outputs, reducer));
        }
        return all;
    }

    @Override
    public void close() {
        shuffle.close();
        disk.close();
    }

    /** Opens the shuffle under test. */
    @FunctionalInterface
    public interface Opener {

        ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor);
    }

    /** A key and a value. */
    public record Entry(@Nullable Object key, @Nullable Object value) {}
}
