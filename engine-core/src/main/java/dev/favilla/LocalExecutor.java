package dev.favilla;

import dev.favilla.fault.FaultInjector;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MemoryReclaimer;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.executor.InProcessExecutor;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.ExecutorBlocks;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.MemoryBlockManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One executor with everything in it, lost as one: its budget, cached blocks, map outputs, copies of broadcasts and task
 * slots. Says so before it ends, whoever ends it.
 */
final class LocalExecutor implements ExecutorBackend {

    private final MemoryManager memory;
    private final BlockManager blocks;
    private final ShuffleManager shuffle;
    private final BroadcastCopies copies;
    private final ExecutorBackend slots;
    private final Consumer<LocalExecutor> leaving;

    /**
     * @param id names this life of the executor
     * @param plan what all executors of the context have in common
     * @param transfer reaches the others
     * @param mailbox where the executor's events go
     * @param leaving told once or more before the executor ends
     */
    LocalExecutor(ExecutorId id, Plan plan, BlockTransfer transfer, Mailbox mailbox, Consumer<LocalExecutor> leaving) {
        EngineSettings settings = plan.settings();
        SerializationSettings serialization = settings.serialization();
        this.memory = new UnifiedMemoryManager(settings.memoryBytes(), settings.storageFraction(), plan.reclaimer());
        this.blocks = new MemoryBlockManager(
                memory,
                plan.serializer(),
                serialization.cacheFrames(),
                block -> mailbox.accept(new SchedulerEvent.BlockDropped(id, block)),
                transfer,
                settings.unrollBytes());
        this.shuffle = new HashShuffleManager(memory, plan.serializer(), serialization.shuffleFrames(), id, transfer);
        this.copies = new BroadcastCopies(plan.broadcasts(), settings.master().isolated());
        this.slots = new InProcessExecutor(
                new InProcessExecutor.Parts(
                        id,
                        settings.master().cores(),
                        memory,
                        blocks,
                        shuffle,
                        plan.threads(),
                        scope -> {
                            TaskThreads.enter(scope);
                            copies.attachTo(scope);
                            plan.results().attachTo(scope);
                            RecordCopier.attachTo(scope, plan.serializer());
                        },
                        plan.isolation(),
                        plan.clock(),
                        plan.faults()),
                mailbox);
        this.leaving = leaving;
    }

    /**
     * What the executors of a context have in common.
     *
     * @param settings the context's
     * @param serializer for records
     * @param broadcasts the driver's, copied from
     * @param results how much the results of running jobs take
     * @param reclaimer gives back what nobody can reach any more
     * @param threads makes the slots' threads
     * @param clock tells how long attempts take
     * @param faults steps in at fault points, if anybody does
     */
    record Plan(
            EngineSettings settings,
            Serializer serializer,
            Broadcasts broadcasts,
            ResultSizes results,
            MemoryReclaimer reclaimer,
            ThreadFactory threads,
            InstantSource clock,
            @Nullable FaultInjector faults) {

        /** Returns what writes all that passes between executors and the driver; null where they share objects. */
        @Nullable
        Serializer isolation() {
            return settings.master().isolated() ? serializer : null;
        }
    }

    MemoryManager memory() {
        return memory;
    }

    BlockManager blocks() {
        return blocks;
    }

    ShuffleManager shuffle() {
        return shuffle;
    }

    BroadcastCopies copies() {
        return copies;
    }

    /** Returns what other executors may fetch. */
    BlockServer server() {
        return new ExecutorBlocks(shuffle, blocks);
    }

    @Override
    public ExecutorId id() {
        return slots.id();
    }

    @Override
    public int slots() {
        return slots.slots();
    }

    @Override
    public boolean wake() {
        return slots.wake();
    }

    @Override
    public void launch(TaskSpec task) {
        slots.launch(task);
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        slots.kill(attemptId, reason, interrupt);
    }

    @Override
    public void replaceSlot(long attemptId) {
        slots.replaceSlot(attemptId);
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        slots.answerCommit(attemptId, granted);
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        slots.dropMapOutput(shuffleId, mapPartition, attemptId);
    }

    @Override
    public void dropShuffle(int shuffleId) {
        slots.dropShuffle(shuffleId);
    }

    @Override
    public void dropBlocks(int rddId) {
        slots.dropBlocks(rddId);
    }

    @Override
    public void dropBlock(BlockId block) {
        slots.dropBlock(block);
    }

    @Override
    public void abandon(String reason) {
        leaving.accept(this);
        slots.abandon(reason);
        copies.clear();
    }

    @Override
    public List<String> close(Duration deadline) {
        leaving.accept(this);
        List<String> stuck = slots.close(deadline);
        copies.clear();
        return stuck;
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
