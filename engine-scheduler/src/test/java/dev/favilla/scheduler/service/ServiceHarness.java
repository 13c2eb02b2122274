package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.dag.DagScheduler;
import dev.favilla.scheduler.executor.InProcessExecutor;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.storage.LocalBlockManager;
import dev.favilla.storage.StorageLevel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A whole scheduler with one executor, as an engine's assembly would build it. */
final class ServiceHarness implements AutoCloseable {

    static final CallSite SITE = new CallSite("collect", "Test.java:1");
    static final ExecutorId ID = new ExecutorId("driver", 0);

    private final Serializer serializer = new KryoSerializer(List.of());
    private final ThreadFactory threads = threads();
    final MemoryManager memory = new UnifiedMemoryManager(64L << 20, 0.5);
    final AccumulatorRegistry accumulators = new AccumulatorRegistry(new KryoSerializer(List.of()));
    private final int slots;
    final SchedulerService service;

    @Nullable
    LocalBlockManager blocks;

    @Nullable
    ShuffleManager shuffle;

    ServiceHarness(int slots) {
        this(slots, RetryPolicy.LOCAL);
    }

    ServiceHarness(int slots, RetryPolicy policy) {
        this(slots, policy, SchedulingPolicy.DEFAULT);
    }

    ServiceHarness(int slots, RetryPolicy policy, SchedulingPolicy scheduling) {
        this.slots = slots;
        this.service = new SchedulerService(
                observed ->
                        new DagScheduler(DriverMapOutputTracker::new, policy, scheduling, Clock.systemUTC(), observed),
                List.of(post -> first(slots, post)),
                new SchedulerService.Parts(
                        accumulators, Clock.systemUTC(), threads, 10_000, null, null, this::replacement));
    }

    private ExecutorMaker replacement(ExecutorId id) {
        return post -> another(new ExecutorId(id.name(), id.incarnation() + 1), slots, post);
    }

    private ExecutorBackend first(int slots, EventGate post) {
        LocalBlockManager store =
                new LocalBlockManager(memory, serializer, id -> post.accept(new SchedulerEvent.BlockDropped(ID, id)));
        ShuffleManager manager = new HashShuffleManager(memory, serializer, ID);
        blocks = store;
        shuffle = manager;
        return executor(ID, slots, memory, store, manager, post);
    }

    /** Makes another executor, with a budget of its own. */
    ExecutorBackend another(ExecutorId id, int slots, EventGate post) {
        MemoryManager budget = new UnifiedMemoryManager(64L << 20, 0.5);
        LocalBlockManager store = new LocalBlockManager(
                budget, serializer, block -> post.accept(new SchedulerEvent.BlockDropped(id, block)));
        return executor(id, slots, budget, store, new HashShuffleManager(budget, serializer, id), post);
    }

    private ExecutorBackend executor(
            ExecutorId id,
            int slots,
            MemoryManager budget,
            LocalBlockManager store,
            ShuffleManager manager,
            EventGate post) {
        return new InProcessExecutor(
                new ExecutorEnv(
                        id,
                        slots,
                        budget,
                        store,
                        manager,
                        threads,
                        null,
                        Clock.systemUTC(),
                        null,
                        ExecutorEnv.Attachments.NONE),
                post);
    }

    static ThreadFactory threads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "favilla-test-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    static JobRequest request(LineageNode target, Action action) {
        return request(target, action, Map.of());
    }

    static JobRequest request(LineageNode target, Action action, Map<Integer, StorageLevel> persisted) {
        List<Integer> partitions =
                IntStream.range(0, target.numPartitions()).boxed().toList();
        return new JobRequest(target, partitions, action, persisted, Map.of(), SITE, JobProperties.NONE, null);
    }

    JobOutcome run(LineageNode target, Action action) throws InterruptedException {
        return service.submit(request(target, action))
                .await(Duration.ofSeconds(30))
                .orElseThrow();
    }

    @Override
    public void close() {
        List<String> left = service.close(Duration.ofSeconds(5));
        if (!left.isEmpty()) {
            throw new AssertionError("not closed in time: " + left);
        }
    }
}
