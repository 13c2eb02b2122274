package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDisk;
import dev.favilla.memory.MemoryManager;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.serializer.NamedClasses;
import dev.favilla.serializer.Serializer;
import dev.favilla.spi.RemoteExecutor;
import java.time.Duration;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The parts of an executor whose tasks a cluster runs: its cached blocks and map outputs stay empty. */
record RemoteParts(
        ExecutorId id, ExecutorParts parts, NamedClasses classes, Serializer serializer, Housekeeping housekeeping)
        implements RemoteExecutor {

    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(2);

    @Override
    public MemoryManager memory() {
        return parts.memory();
    }

    @Override
    public LocalDisk disk() {
        return parts.localDisk();
    }

    @Override
    public CodeCache code() {
        return parts.code();
    }

    @Override
    public void enter(TaskScope scope) {
        parts.prepare(scope);
    }

    @Override
    public void dropBroadcast(long broadcastId) {
        parts.dropBroadcast(broadcastId);
    }

    @Override
    public void close() {
        parts.ended();
        List<String> stuck = housekeeping.close(CLOSE_DEADLINE);
        if (!stuck.isEmpty()) {
            LoggerFactory.getLogger(RemoteParts.class).warn("{} was closed, but it goes on with {}", id, stuck);
        }
    }
}
