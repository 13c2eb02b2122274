package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.fault.FaultInjector;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.pipeline.InputVersions;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.ExecutorBlocks;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.storage.LocalBlockManager;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An executor of a simulated world: everything in it is real but the threads. Attempts wait until they are told to run,
 * and then run where they are told.
 */
final class WorldExecutor implements TaskRunner.Host {

    private static final long POOL_BYTES = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final Serializer SERIALIZER = new KryoSerializer(List.of());

    private final ExecutorId id;
    private final int slots;
    private final InMemoryTransfer transfer;
    private final Consumer<SchedulerEvent> post;
    private final Consumer<SchedulerEvent> answered;
    private final MemoryManager memory = new UnifiedMemoryManager(POOL_BYTES, 0);
    private final LocalBlockManager blocks;
    private final ShuffleManager shuffle;
    private final ExecutorEnv env;
    private final InputVersions inputVersions = new InputVersions();
    private final Map<Long, TaskRunner> waiting = new TreeMap<>();
    private final Map<Long, TaskRunner> running = new TreeMap<>();
    private boolean gone;

    /**
     * @param transfer connects the executors of the world
     * @param post where events go that are not waited for
     * @param answered where questions go whose answer is waited for
     */
    WorldExecutor(
            ExecutorId id,
            int slots,
            InMemoryTransfer transfer,
            InstantSource clock,
            FaultInjector faults,
            Consumer<SchedulerEvent> post,
            Consumer<SchedulerEvent> answered) {
        this.id = id;
        this.slots = slots;
        this.transfer = transfer;
        this.post = post;
        this.answered = answered;
        BlockTransfer others = transfer.from(id);
        BlockFrame frames = new BlockFrame(Compression.NONE);
        this.blocks = new LocalBlockManager(
                memory, SERIALIZER, frames, block -> post(new SchedulerEvent.BlockDropped(id, block)), others);
        this.shuffle = new HashShuffleManager(memory, SERIALIZER, frames, id, others, null, frames);
        this.env = new ExecutorEnv(
                id,
                slots,
                memory,
                blocks,
                shuffle,
                WorldExecutor::noThread,
                null,
                clock,
                faults,
                ExecutorEnv.Attachments.NONE);
        ResultBlocks results = new ResultBlocks(id, transfer.from(BlockServers.DRIVER));
        transfer.register(id, new ExecutorBlocks(shuffle, blocks, results));
    }

    private static Thread noThread(Runnable task) {
        throw new AssertionError("a simulated executor has no threads");
    }

    private void post(SchedulerEvent event) {
        if (!gone) {
            post.accept(event);
        }
    }

    @Override
    public ExecutorId id() {
        return id;
    }

    int slots() {
        return slots;
    }

    LocalBlockManager blocks() {
        return blocks;
    }

    ShuffleManager shuffle() {
        return shuffle;
    }

    MemoryUsage memory() {
        return memory.usage();
    }

    void launch(TaskSpec task) {
        waiting.put(task.attemptId(), new TaskRunner(task, this));
    }

    @Override
    public TaskRun open(TaskRunner attempt) {
        return new TaskRun(attempt, env, Boundary.NONE, inputVersions, this::post);
    }

    @Override
    public void askCommit(long attemptId) {
        if (!gone) {
            answered.accept(new SchedulerEvent.CommitAsked(attemptId, id));
        }
    }

    void answerCommit(long attemptId, boolean granted) {
        TaskRunner attempt = running.get(attemptId);
        if (attempt != null) {
            attempt.answerCommit(granted);
        }
    }

    void kill(long attemptId, String reason) {
        TaskRunner attempt = waiting.getOrDefault(attemptId, running.get(attemptId));
        if (attempt != null) {
            attempt.kill(reason, false);
        }
    }

    /** Returns the attempts that have not begun, in the order they came. */
    List<Long> waiting() {
        return List.copyOf(waiting.keySet());
    }

    /** Runs an attempt to its end on this thread. */
    void run(long attemptId) {
        TaskRunner attempt = waiting.remove(attemptId);
        running.put(attemptId, attempt);
        attempt.run(0);
    }

    @Override
    public boolean ended(TaskRunner attempt, SchedulerEvent.AttemptEnded ended) {
        running.remove(attempt.spec().attemptId());
        if (gone) {
            return false;
        }
        post.accept(ended);
        return true;
    }

    /** Has another user of the memory push out the cached block that was used least, if there is any. */
    void squeeze() {
        try (MemoryAccount other = memory.openTask("somebody else")) {
            other.reserve(memory.usage().freeBytes() + 1);
        }
    }

    /** As if the process had died. */
    void abandon(String reason) {
        gone = true;
        transfer.unregister(id);
        waiting.clear();
        running.values().forEach(attempt -> attempt.kill(reason, false));
        shuffle.close();
        blocks.close();
    }

    /** Returns what is held that no cached block and no map output accounts for; null if nothing is. */
    @Nullable
    String leftOver() {
        MemoryUsage usage = memory.usage();
        boolean emptyBooks = usage.executionBytes() == 0
                && usage.activeTasks() == 0
                && (usage.storageBytes() == 0 || blocks.blockCount() > 0)
                && (usage.retainedBytes() == 0 || shuffle.outputCount() > 0);
        return emptyBooks ? null : usage.toString();
    }

    boolean isEmpty() {
        return memory.usage().freeBytes() == POOL_BYTES && blocks.blockCount() == 0 && shuffle.outputCount() == 0;
    }

    @Override
    public String toString() {
        return id + " with " + blocks.blockCount() + " blocks, " + shuffle.outputCount() + " map outputs, " + memory();
    }
}
