package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDisk;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.serializer.RecordStream;
import dev.favilla.serializer.Serializer;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runs that one attempt has moved out to local disk: records in the order they were written, to be read back by the
 * same attempt. What is not deleted, and whoever reads and is not closed before, goes when the attempt ends, whatever its
 * outcome.
 *
 * <p><b>Cost.</b> All writers share one stream of the serializer. A writer and a reader hold a chunk of
 * {@value #CHUNK_BYTES} bytes each, and its compressed form, beside the budget: moving out must not ask for memory.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> {@link dev.favilla.disk.LocalDiskException}, {@link dev.favilla.serializer.SerializationException},
 * {@link dev.favilla.frame.DamagedBlockException}; each ends the attempt.
 */
public final class RunStore {

    private static final int CHUNK_BYTES = 32 << 10;

    private final TaskScope scope;
    private final LocalDisk disk;
    private final Serializer serializer;
    private final BlockFrame frames = new BlockFrame(Compression.LZ4).withChunks(CHUNK_BYTES);
    private final RecordStream stream;
    private final Set<RunWriter> writing = new HashSet<>();
    private final Set<Run> runs = new HashSet<>();
    private final Set<RunReader> reading = new HashSet<>();

    private int created;

    private RunStore(TaskScope scope, LocalDisk disk, Serializer serializer) {
        this.scope = scope;
        this.disk = disk;
        this.serializer = serializer;
        this.stream = new RecordStream(serializer);
    }

    /** Returns what gives each attempt that asks a place for its runs. */
    public static TaskScope.PerAttempt each(LocalDisk disk, Serializer serializer) {
        return scope -> {
            RunStore store = new RunStore(scope, disk, serializer);
            scope.afterOthers(store::close);
            return store;
        };
    }

    /** Gives the attempt of {@code scope} a place for its runs. */
    public static void attachTo(TaskScope scope, LocalDisk disk, Serializer serializer) {
        scope.attachment(
                RunStore.class, Object.class, () -> each(disk, serializer).make(scope));
    }

    /** Returns the one of the attempt of {@code scope}. */
    public static RunStore of(TaskScope scope) {
        return scope.attachment(RunStore.class, RunStore.class, () -> {
            throw new IllegalStateException(scope.owner() + " has no place for runs: a bug in Favilla");
        });
    }

    /** Begins a run. */
    public RunWriter create() {
        BlockHeader header = new BlockHeader("run_" + created++, scope.attemptId(), 0, 0);
        RunWriter writer = new RunWriter(this, header, disk.create("run"), frames);
        writing.add(writer);
        return writer;
    }

    /** Appends a record to what {@code bytes} gets. */
    void write(@Nullable Object record, OutputStream bytes) {
        Serializer.RecordOutput to = stream.to(bytes);
        to.write(record);
        to.flush();
    }

    Serializer serializer() {
        return serializer;
    }

    void finished(RunWriter writer, Run run) {
        writing.remove(writer);
        runs.add(run);
        scope.metrics().add(Metric.DISK_BYTES_SPILLED, run.bytes());
    }

    void forget(RunWriter writer) {
        writing.remove(writer);
    }

    void forget(Run run) {
        runs.remove(run);
    }

    void opened(RunReader reader) {
        reading.add(reader);
    }

    void forget(RunReader reader) {
        reading.remove(reader);
    }

    /** Each is tried: what fails must not keep the rest. */
    private void close() {
        List<Runnable> releases = new ArrayList<>();
        reading.forEach(reader -> releases.add(reader::close));
        writing.forEach(writer -> releases.add(writer::close));
        runs.forEach(run -> releases.add(run::delete));
        releases.add(stream::close);
        RuntimeException failure = null;
        for (Runnable release : releases) {
            try {
                release.run();
            } catch (RuntimeException e) { // thrown when the rest was tried
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
