package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.FileLayer;
import dev.favilla.disk.LocalDisk;
import dev.favilla.fault.FaultInjector;
import dev.favilla.frame.BlockFrame;
import dev.favilla.memory.MemoryReclaimer;
import dev.favilla.memory.MemoryShare;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.pipeline.strict.StrictMode;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.ExecutorBlocks;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.spill.RunStore;
import dev.favilla.spill.SharedTables;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.DiskStore;
import dev.favilla.storage.LocalBlockManager;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one executor owns, and what is lost with it: its budget, cached blocks, map outputs, copies of broadcasts with
 * the tables made of them, and local disk space. Says so before it ends, whoever ends it.
 */
final class ExecutorParts implements ExecutorEnv.Attachments {

    private final ExecutorId id;
    private final Plan plan;
    private final MemoryShare memory;
    private final BlockManager blocks;
    private final ShuffleManager shuffle;
    private final BroadcastCopies copies;
    private final SharedTables tables;
    private final @Nullable ResultBlocks results;
    private final LocalDisk disk;
    private final Consumer<ExecutorId> leaving;

    /** What every attempt finds here. */
    private final Map<Object, Object> attachments;

    /**
     * @param id names this life of the executor
     * @param plan what all executors of the context have in common
     * @param transfer reaches the others
     * @param results by which way large results go to the driver; null where all go with the news of an end
     * @param events where the executor's events go
     * @param leaving told once or more before the executor ends
     */
    ExecutorParts(
            ExecutorId id,
            Plan plan,
            BlockTransfer transfer,
            @Nullable ResultBlocks results,
            EventGate events,
            Consumer<ExecutorId> leaving) {
        EngineSettings settings = plan.settings();
        SerializationSettings serialization = settings.serialization();
        this.id = id;
        this.plan = plan;
        this.results = results;
        this.disk = new DirectoryDisk(settings.disk(), plan.files(id), plan.clock(), plan.housekeeping());
        this.memory = settings.budget().open(plan.reclaimer());
        this.blocks = new LocalBlockManager(
                memory,
                new DiskStore(disk, serialization.diskFrames()),
                plan.serializer(),
                serialization.cacheFrames(),
                block -> events.accept(new SchedulerEvent.BlockDropped(id, block)),
                transfer,
                settings.unrollBytes());
        this.shuffle = new HashShuffleManager(
                memory,
                plan.serializer(),
                serialization.shuffleFrames(),
                id,
                transfer,
                disk,
                new BlockFrame(serialization.codec()));
        this.copies = new BroadcastCopies(plan.broadcasts(), settings.master().isolated() ? transfer : null);
        this.tables = new SharedTables(memory, copies::value);
        this.leaving = leaving;
        this.attachments = shared(plan, copies, tables, disk);
    }

    /** Returns what every attempt finds here. */
    private static Map<Object, Object> shared(Plan plan, BroadcastCopies copies, SharedTables tables, LocalDisk disk) {
        return Map.of(
                ContextId.class, plan.broadcasts().owner(),
                BroadcastCopies.class, copies,
                SharedTables.class, tables,
                ResultSizes.class, plan.results(),
                RecordCopier.class, RecordCopier.each(plan.serializer()),
                RunStore.class, RunStore.each(disk, plan.serializer()));
    }

    /** Returns what slots need to run attempts here. */
    ExecutorEnv env() {
        return new ExecutorEnv(
                id,
                plan.settings().master().cores(),
                memory,
                blocks,
                shuffle,
                plan.threads(),
                plan.isolation(),
                plan.clock(),
                plan.faults(),
                this);
    }

    MemoryShare memory() {
        return memory;
    }

    LocalDisk localDisk() {
        return disk;
    }

    @Override
    public void prepare(TaskScope scope) {
        TaskThreads.enter(scope);
        scope.share(attachments);
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
     * @param housekeeping does what nobody waits for
     * @param code classes of their own for pipelines
     * @param strict watches attempts; null where strict mode is off
     */
    record Plan(
            EngineSettings settings,
            Serializer serializer,
            Broadcasts broadcasts,
            ResultSizes results,
            MemoryReclaimer reclaimer,
            ThreadFactory threads,
            InstantSource clock,
            @Nullable FaultInjector faults,
            Executor housekeeping,
            CodeCache code,
            @Nullable StrictMode strict) {

        /** Returns the file system as an executor is to see it. */
        FileLayer files(ExecutorId executor) {
            FaultInjector injector = faults;
            return injector == null ? FileLayer.system() : FileLayer.system().with(injector, executor.toString());
        }

        /** Returns what writes all that passes between executors and the driver; null where they share objects. */
        @Nullable
        Serializer isolation() {
            return settings.master().isolated() || strict != null ? serializer : null;
        }
    }

    /** Returns what other executors may fetch. */
    BlockServer server() {
        return new ExecutorBlocks(shuffle, blocks, results);
    }

    @Override
    public CodeCache code() {
        return plan.code();
    }

    @Override
    public @Nullable StrictMode strict() {
        return plan.strict();
    }

    @Override
    public @Nullable ResultBlocks results() {
        return results;
    }

    @Override
    public void dropBroadcast(long broadcastId) {
        copies.forget(broadcastId);
        tables.drop(broadcastId);
    }

    @Override
    public DiskUsage disk() {
        return disk.usage();
    }

    @Override
    public void leaving() {
        leaving.accept(id);
    }

    @Override
    public void abandoned() {
        copies.clear();
        tables.clear();
        memory.close();
        disk.closeSoon();
    }

    @Override
    public void ended() {
        copies.clear();
        tables.clear();
        memory.close();
        disk.close();
    }
}
