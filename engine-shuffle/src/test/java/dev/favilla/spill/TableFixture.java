package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.LocalDisk;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.util.List;

/** One attempt and its memory. */
final class TableFixture implements AutoCloseable {

    private final MemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
    private final TaskScope scope = new TaskScope(1, "the attempt", memory.openTask("the attempt"));
    private final Serializer serializer = new KryoSerializer(List.of());
    private final LocalDisk disk = new DirectoryDisk(System.getProperty("java.io.tmpdir"));
    private final MemoryAccount hog = memory.openRetained("the hog");

    /** Has the test fail if memory is left when it has ended. */
    TableFixture(LeakProbes probes) {
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
        RunStore.attachTo(scope, disk, serializer);
    }

    MemoryAccount account() {
        return scope.memory();
    }

    TaskScope scope() {
        return scope;
    }

    LocalDisk disk() {
        return disk;
    }

    /** Leaves so much of the pool to the attempt. */
    void leave(long bytes) {
        hog.require(free() - bytes);
    }

    long free() {
        return memory.usage().freeBytes();
    }

    long metric(Metric metric) {
        return scope.metrics().snapshot().get(metric);
    }

    RecordCopier copier() {
        return RecordCopier.attachTo(scope, serializer);
    }

    @Override
    public void close() {
        scope.close();
        hog.close();
        disk.close();
    }

    /** Comparable keys that all have one hash. */
    record Flood(int number) implements Comparable<Flood> {

        @Override
        public int hashCode() {
            return 42;
        }

        @Override
        public int compareTo(Flood other) {
            return Integer.compare(number, other.number);
        }
    }

    /** Keys that all have one hash and no order. */
    record Incomparable(int number) {

        @Override
        public int hashCode() {
            return 7;
        }
    }
}
