package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageNode;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.storage.LocalBlockManager;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.Locality;
import dev.favilla.testing.ManualClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The real things that stand in an executor, and specs of attempts to run among them. */
final class TestExecutor implements AutoCloseable {

    static final ExecutorId ID = new ExecutorId("test", 1);

    final MemoryManager memory = new UnifiedMemoryManager(64L << 20, 0.5);
    final LocalBlockManager blocks = new LocalBlockManager(memory, new KryoSerializer(List.of()), id -> {});
    final ShuffleManager shuffle = new HashShuffleManager(memory, new KryoSerializer(List.of()), ID);

    final ManualClock clock = new ManualClock();

    private long nextAttempt;

    static ThreadFactory threads() {
        return task -> {
            Thread thread = new Thread(task, "favilla-test-slot");
            thread.setDaemon(true);
            return thread;
        };
    }

    TaskSpec spec(TaskWork work) {
        return spec(work, 0, Map.of(), Map.of());
    }

    TaskSpec spec(LineageNode target, Action action) {
        return spec(new TaskWork.RunAction(target, action, null));
    }

    TaskSpec spec(TaskWork work, int partition, Map<Integer, MapOutputs> inputs, Map<Integer, StorageLevel> persisted) {
        return new TaskSpec(
                nextAttempt++,
                1,
                2,
                0,
                partition,
                1,
                0,
                Locality.ANY,
                work,
                new InputSnapshot(inputs, Map.of(), Map.of()),
                persisted,
                Map.of("color", "red"));
    }

    ExecutorEnv env(int slots, ThreadFactory threads, ShuffleManager shuffles) {
        return env(slots, threads, shuffles, null);
    }

    ExecutorEnv env(int slots, ThreadFactory threads, ShuffleManager shuffles, @Nullable FaultInjector faults) {
        return new ExecutorEnv(
                ID, slots, memory, blocks, shuffles, threads, null, clock, faults, ExecutorEnv.Attachments.NONE);
    }

    @Override
    public void close() {
        shuffle.close();
        blocks.close();
    }
}
