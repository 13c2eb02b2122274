package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.LocalDisk;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.RetainedMemory;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.util.List;

/** One attempt, its memory, and its place on local disk. */
final class TableFixture implements AutoCloseable {

    private final MemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
    private final MemoryAccount hog = memory.openRetained("the hog", RetainedMemory.FIXED);
    private final TaskScope scope = new TaskScope(1, "the attempt", memory.openTask("the attempt"));
    private final LocalDisk disk = new DirectoryDisk(System.getProperty("java.io.tmpdir"));
    private final Serializer serializer;

    /** Has the test fail if memory or files are left when it has ended. */
    TableFixture(LeakProbes probes) {
        this(probes, new KryoSerializer(List.of()));
    }

    TableFixture(LeakProbes probes, Serializer serializer) {
        this.serializer = serializer;
        RunStore.attachTo(scope, disk, serializer);
        probes.register(probe(
                "bytes of the pool", () -> memory.poolBytes() - memory.usage().freeBytes()));
        probes.register(probe("bytes on disk", () -> disk.usage().bytes()));
    }

    private static LeakProbe probe(String name, java.util.function.LongSupplier measure) {
        return new LeakProbe() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long measure() {
                return measure.getAsLong();
            }
        };
    }

    /** Leaves the attempt no more than {@code bytes}. */
    TableFixture leave(long bytes) {
        hog.release(hog.reservedBytes());
        hog.require(memory.usage().freeBytes() - bytes);
        return this;
    }

    /** Returns what is free of the pool. */
    long free() {
        return memory.usage().freeBytes();
    }

    TaskScope scope() {
        return scope;
    }

    MemoryAccount account() {
        return scope.memory();
    }

    RecordCopier copier() {
        return RecordCopier.attachTo(scope, serializer);
    }

    long bytesOnDisk() {
        return disk.usage().bytes();
    }

    long spilledBytes() {
        return scope.metrics().snapshot().get(Metric.DISK_BYTES_SPILLED);
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
