package dev.favilla;

import dev.favilla.closure.Closure;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import dev.favilla.lineage.PreparedPartitioner;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.Bytes;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.stats.PartialResult;
import dev.favilla.status.JobReport;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datasets of one context, as its own code sees them: gives out ids, shuffles, closures and default partitioners,
 * knows names and storage levels, prints plans and runs actions.
 *
 * <p><b>Threads.</b> May be used from any thread.
 *
 * <p><b>Errors.</b> What makes or runs something throws {@link IllegalStateException} after the context is closed and
 * inside tasks.
 */
final class Datasets {

    static final int MAX_PARTITIONS = 10_000_000;

    private final EngineContext context;
    private final Engine engine;
    private final EngineSettings engineSettings;
    private final ThreadProperties properties;
    private final Reachability reachability;
    private final Variables variables;
    private final DatasetSettings settings;
    private final JobRunner jobs;
    private final Checkpoints checkpoints;
    private final DiskWatch disk;
    private final AtomicInteger nextId = new AtomicInteger();
    private final AtomicInteger nextShuffle = new AtomicInteger();

    /** Where functions with a large captured state were passed; each is reported once. */
    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    /**
     * @param context whose datasets these are
     * @param properties what jobs take over from their thread
     * @param reachability tells when a dataset is gone
     * @param variables broadcasts what datasets need whole
     */
    Datasets(
            EngineContext context,
            Engine engine,
            EngineSettings engineSettings,
            ThreadProperties properties,
            Reachability reachability,
            Variables variables) {
        this.context = context;
        this.engine = engine;
        this.engineSettings = engineSettings;
        this.properties = properties;
        this.reachability = reachability;
        this.variables = variables;
        this.settings = new DatasetSettings(reachability);
        this.jobs = new JobRunner(engine, settings, variables, HeapShare.of(engineSettings));
        this.checkpoints = new Checkpoints(this, engine, jobs, engineSettings.checkpoints(), reachability);
        this.disk = new DiskWatch(
                engine.executors()::diskBytes,
                reachability,
                engineSettings.disk().maxBytes());
    }

    EngineContext context() {
        return context;
    }

    void requireUsable() {
        context.requireUsable();
    }

    void requireSame(RDD<?> other) {
        if (Arguments.notNull(other, "other").context() != context) {
            throw new IllegalArgumentException(other + " belongs to another context, " + other.context() + ", than "
                    + context + ". Make both datasets with one context, or collect one and parallelize it in the"
                    + " other.");
        }
    }

    // ---------------------------------------------------------------- making

    /** Returns the id of a new dataset, if one may be made. */
    int nextId() {
        requireUsable();
        return nextId.getAndIncrement();
    }

    /** As {@link #nextId}, for a node that may have to be prepared. */
    int nextIdToPrepare() {
        int id = nextId();
        jobs.expectPreparation();
        return id;
    }

    /**
     * Checks that a module above has made a node with an id of its own.
     *
     * @throws IllegalArgumentException if nobody was given its id
     */
    LineageNode requireMade(LineageNode node) {
        requireUsable();
        if (node.id() < 0 || node.id() >= nextId.get()) {
            throw new IllegalArgumentException("a node must be made with an id of EngineControl.newDatasetId, got "
                    + node.id() + " of " + node.kind() + ", which nobody was given");
        }
        return node;
    }

    ShuffleDependency shuffle(
            LineageNode parent, Partitioner partitioner, @Nullable Aggregator aggregator, EntryExtractor entries) {
        requireUsable();
        if (partitioner instanceof PreparedPartitioner) {
            jobs.expectPreparation();
        }
        int shuffleId = nextShuffle.getAndIncrement();
        ShuffleDependency dependency =
                new ShuffleDependency(parent, new ShuffleSpec(shuffleId, partitioner, aggregator), entries);
        Engine parts = engine;
        reachability.track(dependency, () -> {
            parts.executors().dropShuffle(shuffleId); // at once: a task may be waiting for the memory
            parts.scheduler().release(shuffleId);
        });
        return dependency;
    }

    /** Prepares a function for tasks, and says so once per line if it brings much along. */
    <F> Closure<F> capture(F function, CallSite site) {
        Closure<F> closure = Closure.capture(function, site.toString());
        long bytes = closure.serializedBytes();
        long limit = engineSettings.serialization().closureWarnBytes();
        if (bytes > limit && warnedOf.add(site.toString())) {
            logger().warn(
                            "The function of {} captures {} of state, which is written with it and copied for each task"
                                    + " unless it is immutable. Share large values with EngineContext.broadcast and"
                                    + " capture the handle, or raise favilla.closure.warnBytes ({}).",
                            site,
                            Bytes.format(bytes),
                            limit);
        }
        return closure;
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(EngineContext.class);
    }

    int checkPartitions(int partitions) {
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions must be between 1 and " + MAX_PARTITIONS + ", got " + partitions);
        }
        return partitions;
    }

    /** Returns Spark's default: see {@link PairRDD}. */
    Partitioner defaultPartitioner(List<? extends RDD<?>> inputs) {
        int largestInput = inputs.stream().mapToInt(RDD::getNumPartitions).max().orElse(1);
        int defaultCount = Math.max(1, engineSettings.defaultParallelism().orElse(largestInput));
        Optional<Partitioner> largest = inputs.stream()
                .flatMap(input -> input.partitioner().stream())
                .max((left, right) -> Integer.compare(left.numPartitions(), right.numPartitions()));
        return largest.filter(partitioner -> partitioner.numPartitions() >= defaultCount
                        || (long) partitioner.numPartitions() * 10 > largestInput)
                .orElseGet(() -> new HashPartitioner(defaultCount));
    }

    // ---------------------------------------------------------------- names and levels

    String name(LineageNode node) {
        return settings.name(node);
    }

    void name(LineageNode node, String name) {
        settings.name(node, name);
    }

    StorageLevel level(LineageNode node) {
        return settings.level(node);
    }

    void persist(LineageNode node, StorageLevel level) {
        requireUsable();
        if (!level.keeps()) {
            throw new UnsupportedOperationException(
                    "Cannot persist " + node + " at level NONE. Call unpersist() to stop keeping it.");
        }
        boolean local = checkpoints.isLocal(node);
        StorageLevel used = local ? withDisk(level) : level;
        if (!local || !settings.change(node, used)) {
            keep(node, used);
        }
    }

    /** Has a dataset kept at a level that uses disk: what it had is raised, and what is cached at a lower one dropped. */
    void keepOnDisk(LineageNode node) {
        StorageLevel level = settings.level(node);
        if (!level.useDisk()) {
            if (level.keeps()) {
                unpersist(node);
            }
            keep(node, level.keeps() ? withDisk(level) : StorageLevel.MEMORY_AND_DISK);
        }
    }

    private static StorageLevel withDisk(StorageLevel level) {
        return new StorageLevel(true, level.useMemory(), level.useOffHeap(), level.deserialized(), level.replication());
    }

    private void keep(LineageNode node, StorageLevel level) {
        Engine parts = engine;
        int id = node.id();
        settings.persist(node, level, () -> {
            parts.executors().dropBlocks(id);
            parts.scheduler().unpersist(id);
        });
    }

    void unpersist(LineageNode node) {
        requireUsable();
        settings.unpersist(node);
        engine.scheduler().unpersist(node.id());
    }

    /** Returns the longest line or other record that may come from outside. */
    int maxRecordBytes() {
        return engineSettings.input().recordBytes();
    }

    /** Returns what is marked for a checkpoint. */
    Checkpoints checkpoints() {
        return checkpoints;
    }

    /** Opens what a checkpoint has written. */
    <T extends @Nullable Object> RDD<T> checkpointFile(String path, List<Class<?>> classes, CallSite site) {
        return new RDD<>(this, checkpoints.directory().open(path, classes, engine.serializer(), nextId(), site));
    }

    /** Returns the datasets that are marked as kept, by id. */
    Map<Integer, RDD<?>> persistent() {
        Map<Integer, RDD<?>> datasets = new TreeMap<>();
        settings.kept().forEach((id, node) -> datasets.put(id, new RDD<>(this, node)));
        return datasets;
    }

    // ---------------------------------------------------------------- printing

    /** Returns the user's name of a dataset, if it has one, and what it is. */
    String describe(LineageNode node) {
        return settings.describe(node);
    }

    /** Returns the lines that describe a dataset in a debug string. */
    List<String> lines(LineageNode node) {
        StorageLevel level = settings.level(node);
        String head = settings.describe(node) + " [" + (level.keeps() ? level.description() : "") + "]";
        BlockManager.CachedSize kept = engine.executors().sizeOf(node.id());
        List<String> lines = new ArrayList<>(List.of(head));
        Checkpoints.checkpointOf(node)
                .ifPresent(cut ->
                        lines.add("    Checkpoint: " + Objects.requireNonNullElse(cut.directory(), "cached blocks")));
        if (kept.partitions() > 0) {
            lines.add("    CachedPartitions: " + kept.partitions() + "; MemorySize: " + Bytes.format(kept.memoryBytes())
                    + "; DiskSize: " + Bytes.format(kept.diskBytes()));
        }
        return lines;
    }

    String explain(LineageNode node) {
        StageGraph graph = StageGraph.of(
                node, indexes(0, node.numPartitions()), settings.levels().keySet());
        return PlanPrinter.print(node, graph, settings::describe);
    }

    // ---------------------------------------------------------------- running

    static List<Integer> indexes(int from, int to) {
        Integer[] indexes = new Integer[Math.max(0, to - from)];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = from + i;
        }
        return List.of(indexes);
    }

    /** Runs an action on all partitions and waits for its result. Interrupting the waiting thread cancels the job. */
    @Nullable
    Object run(LineageNode target, Action action, CallSite site) {
        requireUsable();
        return run(target, indexes(0, target.numPartitions()), action, site);
    }

    /** As {@link #run(LineageNode, Action, CallSite)} on some partitions. */
    @Nullable
    Object run(LineageNode target, List<Integer> partitions, Action action, CallSite site) {
        return run(new JobRunner.Request(target, partitions, action, site, properties.get()), job -> {});
    }

    private @Nullable Object run(JobRunner.Request request, Consumer<JobHandle> begun) {
        look();
        Object result = jobs.run(request, begun);
        checkpoints.follow(request, begun);
        return result;
    }

    private void look() {
        requireUsable();
        reachability.use();
        disk.look();
    }

    /** Returns what runs the jobs that prepare something for {@code site}. */
    Prepared.Jobs preparing(CallSite site) {
        return new PreparatoryJobs((target, partitions, action) -> run(target, partitions, action, site), variables);
    }

    /** Prepares what an action on {@code target} would compute. */
    void prepare(LineageNode target, CallSite site) {
        requireUsable();
        jobs.prepare(new JobRunner.Request(target, List.of(), new Actions.Count(), site, properties.get()), job -> {});
    }

    /** Begins an action on all partitions. Takes a thread only where jobs must go before. */
    <R extends @Nullable Object> FutureAction<R> start(LineageNode target, Action action, CallSite site) {
        requireUsable();
        var all = new JobRunner.Request(target, indexes(0, target.numPartitions()), action, site, properties.get());
        if (jobs.needsPreparation(target) || checkpoints.isDue(target, all.properties())) {
            return started(StepwiseAction.of(begun -> RDDActions.<R>result(run(all, begun))));
        }
        look();
        return new JobFuture<>(jobs.start(all));
    }

    /** Begins an approximate action on all partitions, and waits as long as {@code patience} has it. */
    <R> PartialResult<R> approximate(
            LineageNode target, Approximation<R> action, JobRunner.Patience patience, CallSite site) {
        requireUsable();
        var all = new JobRunner.Request(target, indexes(0, target.numPartitions()), action, site, properties.get());
        look();
        jobs.prepare(all, job -> {});
        return ApproximateResult.begin(jobs, all, action, patience, new AfterEnd(engine.actionThreads()));
    }

    /** Begins an action of several jobs on {@code target}. They take over the properties of the calling thread. */
    <R extends @Nullable Object> FutureAction<R> startSteps(
            LineageNode target, CallSite site, Function<Taking.Rounds, R> steps) {
        requireUsable();
        JobProperties own = properties.get();
        return started(StepwiseAction.of(begun -> steps.apply(
                (partitions, action) -> run(new JobRunner.Request(target, partitions, action, site, own), begun))));
    }

    private <R extends @Nullable Object> FutureAction<R> started(StepwiseAction<R> action) {
        engine.actionThreads().newThread(action).start();
        return action;
    }

    List<JobReport> recentJobs() {
        return jobs.recent();
    }
}
