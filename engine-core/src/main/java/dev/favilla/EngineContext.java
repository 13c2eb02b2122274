package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.Bytes;
import dev.favilla.rdd.CollectionNode;
import dev.favilla.rdd.RangeNode;
import dev.favilla.scheduler.Action;
import dev.favilla.scheduler.EngineListener;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobReport;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.serializer.Closure;
import dev.favilla.serializer.DriverOnly;
import dev.favilla.serializer.KryoRegistration;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.storage.BlockStore;
import dev.favilla.storage.StorageLevel;
import dev.favilla.text.TextFileNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine: makes datasets, runs jobs, and ends everything when it is closed. Any number live side by side in one JVM.
 *
 * <pre>{@code
 * try (EngineContext engine = EngineContext.local()) {
 *     long even = engine.range(0, 1_000_000).filter(x -> x % 2 == 0).count();
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> May be used from any thread. A context has one thread per task slot, started with the first job, and
 * at most two more; all are daemons named {@code favilla-...} and gone after {@link #close}. It opens no port, logs
 * nothing above DEBUG while all is well, and leaves no file behind.
 *
 * <p><b>Errors.</b> After {@link #close} every method that makes or runs something throws
 * {@link IllegalStateException}.
 */
public final class EngineContext implements AutoCloseable, DriverOnly {

    private static final int RECENT_JOBS = 100;
    private static final int MAX_PARTITIONS = 10_000_000;
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final EngineSettings settings;
    private final Engine engine;
    private final CallSite openedAt;
    private final Reachability reachability = new Reachability();
    private final DatasetSettings datasets = new DatasetSettings(reachability);
    private final AtomicInteger nextId = new AtomicInteger();
    private final AtomicInteger nextShuffle = new AtomicInteger();
    private final AtomicInteger nextVariable = new AtomicInteger();
    private final ConcurrentLinkedDeque<JobReport> recent = new ConcurrentLinkedDeque<>();

    /** Where functions with a large captured state were passed; each is reported once. */
    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    private final AtomicReference<@Nullable CallSite> closedAt = new AtomicReference<>();

    private EngineContext(EngineSettings settings, CallSite openedAt) {
        this.settings = settings;
        this.openedAt = openedAt;
        this.engine = Engine.start(settings);
    }

    // ---------------------------------------------------------------- opening and closing

    /** Opens a context with one task slot per core. */
    public static EngineContext local() {
        return new Builder().open("local");
    }

    /**
     * Opens a context with Spark's master grammar: {@code local} (one slot), {@code local[N]}, {@code local[*]} (one slot
     * per core), {@code local[N,F]} (a task may fail F times before its job does).
     *
     * @throws InvalidSettingException if {@code master} is none of these
     */
    public static EngineContext open(String master) {
        return new Builder().master(master).open("open");
    }

    /** Returns a builder for a context with other settings. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Fails running jobs, hands the events that wait to their listeners, stops all threads within five seconds and
     * forgets everything that is kept. Closing twice is harmless. A task that ignores its interrupt may outlive this; it is reported as a warning with its stack.
     */
    @Override
    public void close() {
        boolean first = closedAt.compareAndSet(null, CallSites.here("close"));
        List<String> stuck = engine.close(CLOSE_DEADLINE); // a second caller waits for the first
        if (first && !stuck.isEmpty()) {
            String text = "{} was closed, but user code in {} task slots ignores its interrupt: {}";
            logger().warn(text, this, stuck.size(), stuck);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(EngineContext.class);
    }

    /** Returns whether {@link #close} was called. */
    public boolean isClosed() {
        return closedAt.get() != null;
    }

    void requireOpen() {
        CallSite closed = closedAt.get();
        if (closed != null) {
            throw new IllegalStateException(this + " is closed: " + closed + " closed it, " + openedAt
                    + " had opened it. Open a new one, or close it later.");
        }
    }

    void requireSame(RDD<?> other) {
        if (other.context() != this) {
            throw new IllegalArgumentException(other + " belongs to another context, " + other.context() + ", than "
                    + this + ". Make both datasets with one context, or collect one and parallelize it in the other.");
        }
    }

    // ---------------------------------------------------------------- facts

    public String appName() {
        return settings.appName();
    }

    /** Returns the master this context was opened with. */
    public String master() {
        return settings.master().text();
    }

    /** Returns the default number of partitions: {@code favilla.default.parallelism}, or one per task slot. */
    public int defaultParallelism() {
        return settings.parallelism();
    }

    /** Returns what the last hundred jobs did, the newest last. */
    public List<JobReport> recentJobs() {
        return List.copyOf(recent);
    }

    /** Returns how much the scheduler, the memory manager and the stores hold now. */
    public EngineStatus status() {
        SchedulerTables tables = engine.scheduler().tables();
        return new EngineStatus(
                tables,
                engine.room().memory().usage(),
                engine.room().blocks().blockCount(),
                engine.room().shuffle().outputCount(),
                engine.broadcasts().count(),
                engine.scheduler().droppedEvents());
    }

    /** Begins to tell {@code listener} what happens from now on. */
    public void addListener(EngineListener listener) {
        requireOpen();
        engine.scheduler().addListener(listener);
    }

    /** Tells {@code listener} no more. */
    public void removeListener(EngineListener listener) {
        engine.scheduler().removeListener(listener);
    }

    // ---------------------------------------------------------------- sources

    /** As {@link #parallelize(List, int)} with {@link #defaultParallelism} partitions. */
    public <T extends @Nullable Object> RDD<T> parallelize(List<? extends T> elements) {
        return new RDD<>(this, collection(elements, defaultParallelism(), CallSites.here("parallelize")));
    }

    /**
     * Returns the elements of a list, in contiguous slices whose sizes differ by at most one.
     *
     * <p><b>Cost.</b> Copies the list, not its elements.
     *
     * @param partitions at least 1
     */
    public <T extends @Nullable Object> RDD<T> parallelize(List<? extends T> elements, int partitions) {
        return new RDD<>(this, collection(elements, partitions, CallSites.here("parallelize")));
    }

    /** As {@link #parallelize(List)}, of pairs. */
    public <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> parallelizePairs(
            List<Pair<K, V>> elements) {
        return new PairRDD<>(this, collection(elements, defaultParallelism(), CallSites.here("parallelizePairs")));
    }

    /** As {@link #parallelize(List, int)}, of pairs. */
    public <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> parallelizePairs(
            List<Pair<K, V>> elements, int partitions) {
        return new PairRDD<>(this, collection(elements, partitions, CallSites.here("parallelizePairs")));
    }

    private LineageNode collection(List<? extends @Nullable Object> elements, int partitions, CallSite site) {
        return new CollectionNode(
                nextId(), site, Collections.unmodifiableList(new ArrayList<>(elements)), checkPartitions(partitions));
    }

    /** Returns the whole numbers from {@code start} to {@code end}, exclusive, in default partitions. */
    public RDD<Long> range(long start, long end) {
        return range(start, end, 1, defaultParallelism(), CallSites.here("range"));
    }

    /**
     * Returns the whole numbers from {@code start} to {@code end}, exclusive, in steps of {@code step}.
     *
     * <p><b>Cost.</b> The numbers are made in the tasks that use them.
     *
     * @param step not 0; negative to count down
     * @param partitions at least 1
     */
    public RDD<Long> range(long start, long end, long step, int partitions) {
        return range(start, end, step, partitions, CallSites.here("range"));
    }

    private RDD<Long> range(long start, long end, long step, int partitions, CallSite site) {
        if (step == 0) {
            throw new IllegalArgumentException("step must not be 0");
        }
        return new RDD<>(this, new RangeNode(nextId(), site, start, end, step, checkPartitions(partitions)));
    }

    /** As {@link #textFile(String, int)} with two partitions at least, or one if there is one slot. */
    public RDD<String> textFile(String path) {
        return textFile(path, Math.min(defaultParallelism(), 2), CallSites.here("textFile"));
    }

    /**
     * Returns the lines of text files, decoded as UTF-8.
     *
     * <p>{@code path} names a file, a directory (its files, without those that begin with a dot or an underscore), a glob
     * such as {@code logs/2026-*.gz}, or several of these with commas between. A line ends at {@code \n}, {@code \r\n} or
     * {@code \r}. Malformed bytes become U+FFFD and are counted in the job's report. Names that end in {@code .gz} are
     * decompressed.
     *
     * <p><b>Shape.</b> Files are cut into byte ranges of at most 32 MiB, about {@code minPartitions} in all or more; a
     * gzip file is one partition, an empty file none.
     *
     * <p><b>Laziness.</b> Files are listed when the partitions are first asked for, and opened in tasks.
     *
     * <p><b>Errors.</b> {@link dev.favilla.text.InputNotFoundException} when the partitions are asked for and the path
     * names nothing; a damaged file fails its job.
     *
     * @param minPartitions at least 1
     */
    public RDD<String> textFile(String path, int minPartitions) {
        return textFile(path, minPartitions, CallSites.here("textFile"));
    }

    private RDD<String> textFile(String path, int minPartitions, CallSite site) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("path must name a file, a directory or a glob, got '" + path + "'");
        }
        checkPartitions(minPartitions);
        return new RDD<>(this, new TextFileNode(nextId(), site, path, minPartitions));
    }

    // ---------------------------------------------------------------- shared variables

    /**
     * Shares a read-only value with tasks: one copy per executor, made when first used, instead of one per function.
     *
     * <p><b>Cost.</b> Serializes the value once, here.
     *
     * @throws IllegalArgumentException if {@code value} is an RDD or a context
     */
    public <T> Broadcast<T> broadcast(T value) {
        requireOpen();
        if (value instanceof DriverOnly driverOnly) {
            throw new IllegalArgumentException("Cannot broadcast " + value + ": " + driverOnly.whyNotInTasks());
        }
        long id = nextVariable.getAndIncrement();
        try {
            engine.broadcasts().put(id, value);
        } catch (SerializationException e) {
            throw new IllegalArgumentException(
                    "Cannot broadcast a " + value.getClass().getName() + ": " + e.getMessage(), e);
        }
        Broadcast<T> broadcast = new Broadcast<>(id, engine.broadcasts());
        Engine parts = engine;
        reachability.track(broadcast, () -> {
            parts.broadcasts().forget(id);
            parts.room().copies().forget(id);
        });
        return broadcast;
    }

    /** Returns how many bytes the value of {@code broadcast} has, serialized. */
    public long broadcastBytes(Broadcast<?> broadcast) {
        return engine.broadcasts().bytes(requireMine(broadcast));
    }

    /** Drops the executors' copies; they are made again when used again. */
    public void unpersist(Broadcast<?> broadcast) {
        engine.room().copies().forget(requireMine(broadcast));
    }

    /** Forgets a broadcast; using it from now on is an error that names this call. */
    public void destroy(Broadcast<?> broadcast) {
        long id = requireMine(broadcast);
        engine.broadcasts().destroy(id, CallSites.here("destroy") + " destroyed it");
        engine.room().copies().forget(id);
    }

    private long requireMine(Broadcast<?> broadcast) {
        if (!broadcast.isFrom(engine.broadcasts())) {
            throw new IllegalArgumentException(
                    broadcast + " was made by another context than " + this + ". Ask the context that made it.");
        }
        return broadcast.id();
    }

    /**
     * Returns a counter that tasks add to and the driver reads.
     *
     * @param name how it is printed
     */
    public LongAccumulator longAccumulator(String name) {
        requireOpen();
        return engine.accumulators()
                .register(new LongAccumulator(engine.broadcasts().owner(), nextVariable.getAndIncrement(), name));
    }

    // ---------------------------------------------------------------- within the package

    DatasetSettings datasets() {
        return datasets;
    }

    /** Returns the id of a new dataset, if one may be made. */
    int nextId() {
        requireOpen();
        return nextId.getAndIncrement();
    }

    ShuffleDependency shuffle(
            LineageNode parent, Partitioner partitioner, @Nullable Aggregator aggregator, EntryExtractor entries) {
        requireOpen();
        int shuffleId = nextShuffle.getAndIncrement();
        ShuffleDependency dependency =
                new ShuffleDependency(parent, new ShuffleSpec(shuffleId, partitioner, aggregator), entries);
        Engine parts = engine;
        reachability.track(dependency, () -> parts.scheduler().release(shuffleId));
        return dependency;
    }

    /** Prepares a function for tasks, and says so once per line if it brings much along. */
    <F> Closure<F> capture(F function, CallSite site) {
        Closure<F> closure = Closure.capture(function, site.toString());
        long bytes = closure.serializedBytes();
        if (bytes > settings.serialization().closureWarnBytes() && warnedOf.add(site.toString())) {
            logger().warn(
                            "The function of {} captures {} of state, which is written with it and copied for each task"
                                    + " unless it is immutable. Share large values with EngineContext.broadcast and"
                                    + " capture the handle, or raise favilla.closure.warnBytes ({}).",
                            site,
                            Bytes.format(bytes),
                            settings.serialization().closureWarnBytes());
        }
        return closure;
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
        int defaultCount = Math.max(1, settings.defaultParallelism().orElse(largestInput));
        Optional<Partitioner> largest = inputs.stream()
                .flatMap(input -> input.partitioner().stream())
                .max((left, right) -> Integer.compare(left.numPartitions(), right.numPartitions()));
        return largest.filter(partitioner -> partitioner.numPartitions() >= defaultCount
                        || (long) partitioner.numPartitions() * 10 > largestInput)
                .orElseGet(() -> new HashPartitioner(defaultCount));
    }

    void persist(LineageNode node, StorageLevel level) {
        requireOpen();
        if (level.useDisk()) {
            throw new UnsupportedOperationException("Cannot keep " + node + " at level " + level.description()
                    + ": this version keeps blocks in memory only. Use StorageLevel.MEMORY_ONLY or MEMORY_ONLY_SER;"
                    + " what does not fit is computed again.");
        }
        if (!level.keeps()) {
            throw new UnsupportedOperationException(
                    "Cannot persist " + node + " at level NONE. Call unpersist() to stop keeping it.");
        }
        Engine parts = engine;
        int id = node.id();
        datasets.persist(node, level, () -> parts.scheduler().unpersist(id));
    }

    void unpersist(LineageNode node) {
        requireOpen();
        datasets.unpersist(node);
        engine.scheduler().unpersist(node.id());
    }

    /** Returns the lines that describe a dataset in a debug string. */
    List<String> describe(LineageNode node) {
        StorageLevel level = datasets.level(node);
        String head = datasets.describe(node) + " [" + (level.keeps() ? level.description() : "") + "]";
        BlockStore.CachedSize kept = engine.room().blocks().sizeOf(node.id());
        return kept.partitions() == 0
                ? List.of(head)
                : List.of(
                        head,
                        "    CachedPartitions: " + kept.partitions() + "; MemorySize: "
                                + Bytes.format(kept.memoryBytes()) + "; DiskSize: 0 B");
    }

    String explain(LineageNode node) {
        StageGraph graph = StageGraph.of(
                node, indexes(0, node.numPartitions()), datasets.levels().keySet());
        return PlanPrinter.print(node, graph, datasets::describe);
    }

    static List<Integer> indexes(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** Runs an action and waits for its result. Interrupting the waiting thread cancels the job. */
    @Nullable
    Object run(LineageNode target, List<Integer> partitions, Action action, CallSite site) {
        requireOpen();
        reachability.sweep();
        Map<Integer, String> names = datasets.names();
        JobHandle handle =
                engine.scheduler().submit(new JobRequest(target, partitions, action, datasets.levels(), names, site));
        JobOutcome outcome = await(handle, site);
        remember(outcome.report());
        if (outcome instanceof JobOutcome.Staged staged) {
            return merge(action, staged.staged());
        }
        if (outcome instanceof JobOutcome.Merged merged) {
            return merged.result();
        }
        if (outcome instanceof JobOutcome.Failed failed) {
            throw new JobFailedException(handle.jobId(), site, failed.failure(), names);
        }
        throw new JobCancelledException(handle.jobId(), site, ((JobOutcome.Cancelled) outcome).reason());
    }

    private static JobOutcome await(JobHandle handle, CallSite site) {
        try {
            return handle.await();
        } catch (InterruptedException e) {
            String reason = "the thread that waited for it was interrupted";
            handle.cancel(reason);
            Thread.currentThread().interrupt();
            throw new JobCancelledException(handle.jobId(), site, reason);
        }
    }

    private static @Nullable Object merge(Action action, List<@Nullable Object> staged) {
        try {
            return action.merge(staged);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("merging the results of " + action.name() + " failed: a bug in Favilla", e);
        }
    }

    private void remember(JobReport report) {
        recent.add(report);
        while (recent.size() > RECENT_JOBS) {
            recent.poll();
        }
    }

    @Override
    public String whyNotInTasks() {
        return "An EngineContext lives outside of tasks and cannot be used inside a function that runs in them. Read what"
                + " you need of it into a variable before, or make the dataset outside of the function.";
    }

    @Override
    public String toString() {
        return "EngineContext(" + appName() + ", " + master() + ")";
    }

    // ---------------------------------------------------------------- builder

    /** Settings for a context. Not for use from several threads. */
    public static final class Builder {

        private final Map<Setting, String> settings = new EnumMap<>(Setting.class);
        private final List<KryoRegistration> registrations = new ArrayList<>();

        private Builder() {}

        /** Names the context, for messages. */
        public Builder appName(String name) {
            return put(Setting.APP_NAME, name);
        }

        /** See {@link EngineContext#open(String)}; every core a slot if not set. */
        public Builder master(String master) {
            return put(Setting.MASTER, master);
        }

        /** As {@code master("local[cores]")}. */
        public Builder cores(int cores) {
            return master("local[" + cores + "]");
        }

        /** Sets the memory budget, at least 32 MiB; by default 60 % of the heap less a reserve. */
        public Builder memory(long bytes) {
            return put(Setting.MEMORY_BYTES, Long.toString(bytes));
        }

        /**
         * Sets a setting by its key, such as {@code favilla.default.parallelism}.
         *
         * @throws InvalidSettingException if there is no such setting
         */
        public Builder set(String key, String value) {
            Setting setting = Setting.of(key)
                    .orElseThrow(() -> new InvalidSettingException(
                            key, value, "there is no such setting. There are: " + Setting.allKeys() + "."));
            return put(setting, value);
        }

        /**
         * Registers classes, or serializers for them, with the Kryo that writes records. Not needed for a class to be
         * written; it makes bytes shorter by one or two per object, and lets a class have a serializer of its own.
         *
         * @param registration called for each Kryo that is made, from any thread; must do the same each time
         */
        public Builder registerKryo(KryoRegistration registration) {
            registrations.add(Objects.requireNonNull(registration, "registration"));
            return this;
        }

        private Builder put(Setting setting, String value) {
            settings.put(setting, value);
            return this;
        }

        /**
         * Opens the context.
         *
         * @throws InvalidSettingException if a value is not allowed
         */
        public EngineContext open() {
            return open("open");
        }

        private EngineContext open(String operation) {
            return new EngineContext(EngineSettings.of(settings, registrations), CallSites.here(operation));
        }
    }
}
