package dev.favilla.pipeline;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.storage.LocalBlockManager;
import dev.favilla.storage.StorageLevel;
import java.util.List;
import java.util.Map;

/** What pipelines stand on, and attempts to run them in. */
final class PipelineHarness implements AutoCloseable {

    final MemoryManager memory = new UnifiedMemoryManager(64L << 20, 0.5);
    final LocalBlockManager blocks = new LocalBlockManager(memory, new KryoSerializer(List.of()), id -> {});
    private final ShuffleManager shuffle =
            new HashShuffleManager(memory, new KryoSerializer(List.of()), new ExecutorId("test", 1));

    /** Classes of their own for chains. */
    CodeCache code = CodeCache.NONE;

    private long nextAttempt;

    TaskScope scope() {
        TaskScope scope = new TaskScope(nextAttempt++, "test attempt", memory.openTask("test attempt"));
        RecordCopier.attachTo(scope, new KryoSerializer(List.of()));
        return scope;
    }

    PipelineBuilder pipelines(TaskScope scope, Map<Integer, StorageLevel> persisted) {
        return new PipelineBuilder(scope, InputSnapshot.NONE, persisted, blocks, shuffle, new InputVersions(), code);
    }

    @Override
    public void close() {
        shuffle.close();
        blocks.close();
    }
}
