package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.executor.InProcessExecutor;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.storage.BlockManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;

/**
 * The executors of one context: makes them, names them, connects them, and knows what they hold together. An executor is
 * here from when it is opened until nothing of it is held any more.
 *
 * <p><b>Threads.</b> May be used from any thread. Executors leave on the thread that ends them.
 */
final class ExecutorFactory {

    private final ExecutorParts.Plan plan;
    private final boolean isolated;
    private final InMemoryTransfer transfer = new InMemoryTransfer();
    private final AtomicInteger nextName = new AtomicInteger();
    private final AtomicLong nextIncarnation = new AtomicLong();
    private final Map<ExecutorId, ExecutorParts> live = new ConcurrentHashMap<>();

    /** Those that ended, kept for their books while attempts that do not stop hold something of them. */
    private final Set<ExecutorParts> ended = ConcurrentHashMap.newKeySet();

    /** The live ones that are not about to leave. */
    private final AtomicReference<Set<ExecutorId>> staying = new AtomicReference<>(Set.of());

    ExecutorFactory(ExecutorParts.Plan plan) {
        this.plan = plan;
        this.isolated = plan.settings().master().isolated();
    }

    boolean areIsolated() {
        return isolated;
    }

    /** Returns how the executors are made that the context opens with. */
    List<ExecutorMaker> first() {
        List<ExecutorMaker> first = new ArrayList<>();
        for (int i = 0; i < plan.settings().master().executors(); i++) {
            first.add(maker(newId()));
        }
        return first;
    }

    /** Returns the id of another executor. */
    ExecutorId newId() {
        return incarnation(isolated ? "executor-" + nextName.incrementAndGet() : "driver");
    }

    /** Returns the id of the next executor with this name. */
    ExecutorId incarnation(String name) {
        return new ExecutorId(name, nextIncarnation.getAndIncrement());
    }

    /** Returns how an executor is made, given where its events go. */
    ExecutorMaker maker(ExecutorId id) {
        return events -> {
            ExecutorParts parts = new ExecutorParts(id, plan, transfer.from(id), events, this::leave);
            InProcessExecutor executor = new InProcessExecutor(parts.env(), events);
            try {
                live.put(id, parts);
                transfer.register(id, parts.server());
                staying.updateAndGet(ids -> with(ids, id));
            } catch (RuntimeException | Error e) { // no memory for it: nobody knows of this executor
                executor.abandon("it could not be opened");
                throw e;
            }
            return executor;
        };
    }

    /** Returns how another executor is made for the place of one that is given up. */
    ExecutorMaker replacement(ExecutorId id) {
        return maker(incarnation(id.name()));
    }

    /** Has the others find nothing there any more, and returns whether they could until now. */
    private boolean leave(ExecutorParts executor) {
        transfer.unregister(executor.id());
        staying.updateAndGet(ids -> without(ids, executor.id()));
        ended.add(executor); // before it is taken away, so that its books are always in one of both
        return live.remove(executor.id(), executor);
    }

    /** Takes an executor away and returns whether it was there; of several who ask, one is told so. */
    boolean remove(ExecutorId id) {
        ExecutorParts executor = live.get(id);
        return executor != null && leave(executor);
    }

    /**
     * Notes that an executor is about to leave, and returns whether it was staying.
     *
     * @throws IllegalStateException if no other is staying
     */
    boolean drain(ExecutorId id) {
        Set<ExecutorId> before = staying.getAndUpdate(ids -> ids.size() > 1 ? without(ids, id) : ids);
        if (before.equals(Set.of(id))) {
            throw new IllegalStateException(
                    "Cannot drain " + id + ": no other executor would be left to run tasks. Add one before.");
        }
        return before.contains(id);
    }

    private static Set<ExecutorId> with(Set<ExecutorId> ids, ExecutorId id) {
        Set<ExecutorId> more = new HashSet<>(ids);
        more.add(id);
        return Set.copyOf(more);
    }

    private static Set<ExecutorId> without(Set<ExecutorId> ids, ExecutorId id) {
        Set<ExecutorId> fewer = new HashSet<>(ids);
        fewer.remove(id);
        return Set.copyOf(fewer);
    }

    /** Drops the copies of a broadcast. */
    void forgetCopies(long broadcastId) {
        live.values().forEach(executor -> executor.copies().forget(broadcastId));
    }

    /** Says that a job has ended. */
    void endJob(int jobId) {
        live.values().forEach(executor -> executor.memory().endJob(jobId));
    }

    /** Drops the map outputs of a shuffle. */
    void dropShuffle(int shuffleId) {
        live.values().forEach(executor -> executor.shuffle().drop(shuffleId));
    }

    /** Drops the cached partitions of a dataset. */
    void dropBlocks(int rddId) {
        live.values().forEach(executor -> executor.blocks().drop(rddId));
    }

    /** Returns the books of all of them together. */
    MemoryUsage memory() {
        MemoryUsage sum = new MemoryUsage(0, 0, 0, 0, 0);
        for (ExecutorParts executor : notEmpty()) {
            MemoryUsage usage = executor.memory().usage();
            sum = new MemoryUsage(
                    sum.poolBytes() + usage.poolBytes(),
                    sum.executionBytes() + usage.executionBytes(),
                    sum.retainedBytes() + usage.retainedBytes(),
                    sum.storageBytes() + usage.storageBytes(),
                    sum.activeTasks() + usage.activeTasks());
        }
        return sum;
    }

    int blockCount() {
        return count(executor -> executor.blocks().blockCount());
    }

    int outputCount() {
        return count(executor -> executor.shuffle().outputCount());
    }

    private int count(ToIntFunction<ExecutorParts> counter) {
        return notEmpty().stream().mapToInt(counter).sum();
    }

    /** Returns what is kept of a dataset. */
    BlockManager.CachedSize sizeOf(int rddId) {
        int partitions = 0;
        long bytes = 0;
        for (ExecutorParts executor : live.values()) {
            BlockManager.CachedSize size = executor.blocks().sizeOf(rddId);
            partitions += size.partitions();
            bytes += size.memoryBytes();
        }
        return new BlockManager.CachedSize(partitions, bytes);
    }

    private Collection<ExecutorParts> notEmpty() {
        ended.removeIf(ExecutorFactory::isEmpty);
        Set<ExecutorParts> all = new HashSet<>(live.values());
        all.addAll(ended);
        return all;
    }

    private static boolean isEmpty(ExecutorParts executor) {
        MemoryUsage usage = executor.memory().usage();
        return usage.freeBytes() == usage.poolBytes()
                && usage.activeTasks() == 0
                && executor.blocks().blockCount() == 0
                && executor.shuffle().outputCount() == 0;
    }
}
