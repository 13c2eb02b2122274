package dev.favilla.spark;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.frame.BlockHeader;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.scheduler.ContextId;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * What the tasks of one context share in this process. Spark makes a task's objects anew for each task, so there must be a
 * place where they find each other: the one table of this process that is static, as Spark's own {@code SparkEnv}.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class ExecutorHome {

    private static final Map<ContextId, ExecutorHome> HOMES = new ConcurrentHashMap<>();

    private static final int LINEAGES = 64;

    private final RemoteExecutor executor;
    private final Map<Long, Broadcast<Parcel>> broadcasts;
    private final Map<Long, LineageBinary.Content> lineages = new ConcurrentHashMap<>();

    /** The attempts of tasks that run, by Spark's id. */
    private final Map<Long, SparkAttempt> attempts = new ConcurrentHashMap<>();

    private final KillWatch killWatch = new KillWatch();

    /** Whether it is the driver's, which ends with the driver's context and not before. */
    private final boolean drivers;

    /** Tasks that have entered and have not ended. Changed only while its entry of the table is computed. */
    private final AtomicInteger tasks = new AtomicInteger();

    /** Whether it is to be closed as soon as no task is in it. Guarded in the same way. */
    private boolean released;

    private ExecutorHome(RemoteExecutor executor, Map<Long, Broadcast<Parcel>> broadcasts, boolean drivers) {
        this.executor = executor;
        this.broadcasts = broadcasts;
        this.drivers = drivers;
    }

    /** Returns the one of a context, making it for the first who asks. */
    static ExecutorHome of(RemoteExecutor.Recipe recipe) {
        return HOMES.computeIfAbsent(recipe.context(), context -> open(recipe));
    }

    /** Returns the same for a task, and keeps it open until that has ended. */
    static ExecutorHome enter(Lease lease, TaskContext task) {
        RemoteExecutor.Recipe recipe = lease.recipe();
        ExecutorHome entered = HOMES.compute(recipe.context(), (context, known) -> {
            ExecutorHome home = known == null ? open(recipe) : known;
            home.tasks.incrementAndGet();
            home.released = false;
            return home;
        });
        task.addTaskCompletionListener((TaskCompletionListener) ended -> leave(recipe.context()));
        return entered;
    }

    private static void leave(ContextId context) {
        HOMES.computeIfPresent(context, (same, home) -> {
            synchronized (home) {
                home.tasks.decrementAndGet();
                home.notifyAll();
            }
            return home.unlessDone();
        });
    }

    /** Waits until no task runs here, or as long as {@code patience}, and returns how many do. */
    synchronized int awaitNoTasks(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (long left = patience.toMillis(); tasks.get() > 0 && left > 0; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        return tasks.get();
    }

    /** Has it closed once no task is in it. */
    static void release(ContextId context) {
        HOMES.computeIfPresent(context, (same, home) -> {
            home.released = !home.drivers;
            return home.unlessDone();
        });
    }

    private @Nullable ExecutorHome unlessDone() {
        if (released && tasks.get() == 0) {
            end();
            return null;
        }
        return this;
    }

    /** Returns of how many contexts there is one in this process. */
    static int count() {
        return HOMES.size();
    }

    private static ExecutorHome open(RemoteExecutor.Recipe recipe) {
        Map<Long, Broadcast<Parcel>> broadcasts = new ConcurrentHashMap<>();
        ExecutorId id = new ExecutorId("spark-" + SparkEnv.get().executorId(), 0);
        SparkBroadcasts transfer = new SparkBroadcasts(broadcasts);
        RemoteExecutor executor = recipe.open(id, transfer);
        transfer.executor = executor;
        return new ExecutorHome(executor, broadcasts, false);
    }

    /** Has tasks that run in the driver's process use what the driver has. */
    static ExecutorHome adopt(ContextId context, RemoteExecutor driver) {
        ExecutorHome home = new ExecutorHome(driver, new ConcurrentHashMap<>(), true);
        HOMES.put(context, home);
        return home;
    }

    static void close(ContextId context) {
        ExecutorHome home = HOMES.remove(context);
        if (home != null) {
            home.end();
        }
    }

    private void end() {
        killWatch.close();
        executor.close();
    }

    RemoteExecutor executor() {
        return executor;
    }

    /** Returns how many tasks run here. */
    int taskCount() {
        return tasks.get();
    }

    Map<Long, SparkAttempt> attempts() {
        return attempts;
    }

    KillWatch killWatch() {
        return killWatch;
    }

    /** Returns what the tasks of a stage compute; they share one copy. */
    LineageBinary.Content lineage(StageWork work) {
        LineageBinary.Content known = lineages.get(work.number());
        if (known != null) {
            return known;
        }
        work.broadcasts().forEach(broadcasts::putIfAbsent);
        executor.classes().learn(work.classes(), Parcel.loader());
        LineageBinary.Content read = work.lineage().read(executor.serializer());
        if (lineages.size() >= LINEAGES) {
            lineages.clear(); // those still in use are read again
        }
        lineages.put(work.number(), read);
        return read;
    }

    /** Brings what was put into Spark's broadcasts. */
    private static final class SparkBroadcasts implements BlockTransfer {

        private final Map<Long, Broadcast<Parcel>> known;

        /** Learns the classes in what comes; set before the first task. */
        private volatile @Nullable RemoteExecutor executor;

        SparkBroadcasts(Map<Long, Broadcast<Parcel>> known) {
            this.known = known;
        }

        @Override
        public EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
            Broadcast<Parcel> broadcast = known.get(id);
            RemoteExecutor own = executor;
            if (broadcast == null || own == null) {
                throw new BlockTransferException("it was destroyed, or made after the dataset whose tasks ask for it");
            }
            return new EncodedBlock(
                    new BlockHeader("broadcast_" + id, 0, 0, 1),
                    broadcast.value().learn(own));
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
            return BlockTransfer.NONE.fetch(shuffleId, reducer, output, from);
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return Optional.empty();
        }
    }
}
