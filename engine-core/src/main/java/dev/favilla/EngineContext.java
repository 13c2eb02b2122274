package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineListener;
import dev.favilla.fault.FaultInjector;
import dev.favilla.io.Source;
import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.EmptyNode;
import dev.favilla.rdd.RangeNode;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.serializer.KryoRegistration;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.stats.Aggregate;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.status.JobReport;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.value.DriverOnly;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
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
 * at most three more, and one for each {@link FutureAction} of several jobs while it runs; all are daemons named {@code favilla-...} and gone after {@link #close}. It opens no port, logs
 * nothing above DEBUG while all is well, and leaves no file behind.
 *
 * <p><b>Errors.</b> After {@link #close} every method that makes or runs something throws
 * {@link IllegalStateException}. So it does inside a task of any context, which would wait for its own slot, and on threads
 * that such a task has started, while it runs. A null argument is an {@link IllegalArgumentException} that names it.
 */
@DriverOnly("An EngineContext lives outside of tasks and cannot be used inside a function that runs in them. Read what"
        + " you need of it into a variable before, or make the dataset outside of the function.")
public final class EngineContext implements AutoCloseable {

    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final EngineSettings settings;
    private final Engine engine;
    private final CallSite openedAt;
    private final Reachability reachability = new Reachability();
    private final ThreadProperties properties = new ThreadProperties();
    private final Datasets datasets;
    private final FileInputs inputs;
    private final Variables variables;
    private final Extensions extensions = new Extensions();
    private final AtomicReference<@Nullable CallSite> closedAt = new AtomicReference<>();

    private EngineContext(EngineSettings settings, @Nullable FaultInjector faults, CallSite openedAt) {
        this.settings = settings;
        this.openedAt = openedAt;
        this.engine = Engine.start(settings, reachability, faults);
        this.variables = new Variables(engine, reachability);
        this.datasets = new Datasets(this, engine, settings, properties, reachability, variables);
        this.inputs = new FileInputs(datasets, settings.input());
    }

    // ---------------------------------------------------------------- opening and closing

    /** Opens a context with one task slot per core. */
    public static EngineContext local() {
        return new Builder().open("local");
    }

    /**
     * Opens a context with Spark's master grammar: {@code local} (one slot), {@code local[N]}, {@code local[*]} (one slot
     * per core), {@code local[N,F]} (a task may fail F times before its job does), {@code local-cluster[E,C,M]} (E
     * isolated executors of C slots and M MiB each; a task may fail four times). With the module {@code engine-spark} on the
     * class path also {@code spark://host:port} and {@code spark:MASTER} with a master of Spark's: jobs run there.
     *
     * @throws InvalidSettingException if {@code master} is none of these
     */
    public static EngineContext open(String master) {
        return new Builder().master(notNull(master, "master")).open("open");
    }

    /** Returns a builder for a context with other settings. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tells the extensions, fails running jobs, hands the events that wait to their listeners, stops all threads within
     * five seconds and forgets everything that is kept. Closing twice is harmless. A task that ignores its interrupt may
     * outlive this; it is reported as a warning with its stack.
     */
    @Override
    public void close() {
        boolean first = closedAt.compareAndSet(null, CallSites.here("close"));
        properties.clear();
        if (first) {
            extensions.close();
        } else {
            extensions.awaitClose(CLOSE_DEADLINE);
        }
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

    /**
     * Checks that something may be made or run, here and now: a task that waited for another would wait for its own slot.
     *
     * @throws IllegalStateException if the context is closed, or this thread runs a task
     */
    void requireUsable() {
        TaskThreads.requireNone();
        requireOpen();
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
        return datasets.recentJobs();
    }

    /** Returns the datasets that are marked as kept, by id, whether or not any of their partitions was computed yet. */
    public Map<Integer, RDD<?>> getPersistentRDDs() {
        return datasets.persistent();
    }

    /** Returns how much the scheduler, and the memory managers and stores of all executors, hold now. */
    public EngineStatus status() {
        SchedulerTables tables = engine.scheduler().tables();
        ExecutorUsage usage = engine.executors().usage();
        return new EngineStatus(
                tables,
                usage.memory(),
                usage.disk(),
                usage.cachedBlocks(),
                usage.mapOutputs(),
                engine.broadcasts().count(),
                engine.scheduler().droppedEvents());
    }

    /** Begins to tell {@code listener} what happens from now on. */
    public void addListener(EngineListener listener) {
        requireOpen();
        engine.scheduler().addListener(notNull(listener, "listener"));
    }

    /** Tells {@code listener} no more. */
    public void removeListener(EngineListener listener) {
        engine.scheduler().removeListener(notNull(listener, "listener"));
    }

    // ---------------------------------------------------------------- sources

    /** As {@link #parallelize(List, int)} with {@link #defaultParallelism} partitions. */
    public <T extends @Nullable Object> RDD<T> parallelize(List<? extends T> elements) {
        return new RDD<>(datasets, collection(elements, defaultParallelism(), CallSites.here("parallelize")));
    }

    /**
     * Returns the elements of a list, in contiguous slices whose sizes differ by at most one.
     *
     * <p><b>Cost.</b> Copies the list. Elements that are all proven immutable, such as numbers, texts, records and
     * {@code List.of} of them, are shared with the tasks. Otherwise the elements are written here, by the serializer of
     * this context, and every task reads copies of its own: an element that is changed later, here or in a task, is
     * changed for nobody else.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if an element has to be copied and cannot be written, with its index and the
     *     reason
     */
    public <T extends @Nullable Object> RDD<T> parallelize(List<? extends T> elements, int partitions) {
        return new RDD<>(datasets, collection(elements, partitions, CallSites.here("parallelize")));
    }

    /** As {@link #parallelize(List)}, of pairs. */
    public <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> parallelizePairs(
            List<Pair<K, V>> elements) {
        return new PairRDD<>(datasets, collection(elements, defaultParallelism(), CallSites.here("parallelizePairs")));
    }

    /** As {@link #parallelize(List, int)}, of pairs. */
    public <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> parallelizePairs(
            List<Pair<K, V>> elements, int partitions) {
        return new PairRDD<>(datasets, collection(elements, partitions, CallSites.here("parallelizePairs")));
    }

    /** As {@link #parallelize(List)}, of numbers. */
    public DoubleRDD parallelizeDoubles(List<Double> elements) {
        return new DoubleRDD(
                datasets, collection(elements, defaultParallelism(), CallSites.here("parallelizeDoubles")));
    }

    /** As {@link #parallelize(List, int)}, of numbers. */
    public DoubleRDD parallelizeDoubles(List<Double> elements, int partitions) {
        return new DoubleRDD(datasets, collection(elements, partitions, CallSites.here("parallelizeDoubles")));
    }

    private LineageNode collection(List<? extends @Nullable Object> elements, int partitions, CallSite site) {
        return Creation.collection(datasets, elements, partitions, engine.serializer(), site);
    }

    /** Returns no records, in no partition. */
    public <T extends @Nullable Object> RDD<T> emptyRDD() {
        return new RDD<>(datasets, new EmptyNode(datasets.nextId(), CallSites.here("emptyRDD")));
    }

    /**
     * Returns the records of datasets, one dataset after the other; duplicates stay. For pairs,
     * {@code PairRDD.of(engine.union(list))}.
     *
     * <p><b>Shape.</b> All partitions, in order; if all datasets have the same partitioner, its partitions, each with the
     * records of all. Datasets without partitions do not count there.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner only if all have the same.
     *
     * @throws IllegalArgumentException if there is no dataset, or if one belongs to another context
     */
    public <T extends @Nullable Object> RDD<T> union(List<? extends RDD<T>> datasets) {
        return new RDD<>(
                this.datasets, Creation.union(this.datasets, notNull(datasets, "datasets"), CallSites.here("union")));
    }

    /** As {@link #union(List)}. */
    @SafeVarargs
    @SuppressWarnings("varargs") // it is only read
    public final <T extends @Nullable Object> RDD<T> union(RDD<T>... datasets) {
        return union(Arrays.asList(notNull(datasets, "datasets")));
    }

    /** As {@link #union(List)}, of pairs. */
    @SafeVarargs
    @SuppressWarnings("varargs") // it is only read
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> union(
            PairRDD<K, V>... datasets) {
        return PairRDD.of(union(Arrays.asList(notNull(datasets, "datasets"))));
    }

    /** As {@link #union(List)}, of numbers. */
    public DoubleRDD union(DoubleRDD... datasets) {
        return DoubleRDD.of(union(Arrays.asList(notNull(datasets, "datasets"))));
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
        return new RDD<>(
                datasets,
                new RangeNode(datasets.nextId(), site, start, end, step, datasets.checkPartitions(partitions)));
    }

    // ---------------------------------------------------------------- sources: files and others

    /** As {@link #textFile(String, int)} with two partitions at least, or one if there is one slot. */
    public RDD<String> textFile(String path) {
        return inputs.lines(notNull(path, "path"), fewPartitions(), StandardCharsets.UTF_8, CallSites.here("textFile"));
    }

    /**
     * Returns the lines of text files, decoded as UTF-8.
     *
     * <p>{@code path} names a file, a directory (its files, without those that begin with a dot or an underscore), a glob
     * such as {@code logs/2026-*.gz}, or several of these with commas between; as a path, or as a {@code file:} URI, which
     * may end in a glob as well. A line ends at {@code \n}, {@code \r\n} or
     * {@code \r}. Malformed bytes become U+FFFD and are counted in the job's report. Names that end in {@code .gz} are
     * decompressed, all members; what follows them and is not gzip is ignored with a warning.
     *
     * <p><b>Shape.</b> Files are cut into byte ranges of at most 32 MiB, about {@code minPartitions} in all or more; a
     * gzip file is one partition, an empty file none.
     *
     * <p><b>Laziness.</b> Files are listed when the partitions are first asked for, and opened in tasks.
     *
     * <p><b>Errors.</b> {@link dev.favilla.text.InputNotFoundException} when the partitions are asked for and the path
     * names nothing that can be read. A damaged file fails its job, and so does one that is not what it was when it was
     * listed, as far as size, time of modification and identity tell: {@link dev.favilla.text.InputChangedException}. A
     * line longer than {@code favilla.input.maxRecordSize}, and a gzip file that becomes more than {@code
     * favilla.input.maxGzipSize} or {@code favilla.input.maxGzipRatio} allow, are a {@link
     * dev.favilla.text.InputLimitException}.
     *
     * @param minPartitions at least 1
     */
    public RDD<String> textFile(String path, int minPartitions) {
        return inputs.lines(notNull(path, "path"), minPartitions, StandardCharsets.UTF_8, CallSites.here("textFile"));
    }

    /**
     * As {@link #textFile(String, int)}, decoded otherwise, whatever the default of this JVM.
     *
     * @param charset one that writes line ends as one byte each, such as ISO-8859-1; UTF-16 does not
     */
    public RDD<String> textFile(String path, int minPartitions, Charset charset) {
        return inputs.lines(
                notNull(path, "path"), minPartitions, notNull(charset, "charset"), CallSites.here("textFile"));
    }

    /** As {@link #wholeTextFiles(String, int)} with two partitions at least, or one if there is one slot. */
    public PairRDD<String, String> wholeTextFiles(String path) {
        return inputs.wholeTexts(
                notNull(path, "path"), fewPartitions(), StandardCharsets.UTF_8, CallSites.here("wholeTextFiles"));
    }

    /**
     * Returns text files as one pair each, of the path and the text, decoded as UTF-8. Empty files are among them.
     *
     * <p>{@code path} and errors are as in {@link #textFile(String, int)}; a file longer than {@code
     * favilla.input.maxRecordSize} is refused.
     *
     * <p><b>Shape.</b> Files stay in the order of their names, and small ones share a partition; there are about {@code
     * minPartitions}, or more where files are large.
     *
     * <p><b>Cost.</b> Each file is in memory as a whole, beside the budget, while its record is in hand.
     *
     * @param minPartitions at least 1
     */
    public PairRDD<String, String> wholeTextFiles(String path, int minPartitions) {
        return inputs.wholeTexts(
                notNull(path, "path"), minPartitions, StandardCharsets.UTF_8, CallSites.here("wholeTextFiles"));
    }

    /** As {@link #wholeTextFiles(String, int)}, decoded otherwise, by any charset. */
    public PairRDD<String, String> wholeTextFiles(String path, int minPartitions, Charset charset) {
        return inputs.wholeTexts(
                notNull(path, "path"), minPartitions, notNull(charset, "charset"), CallSites.here("wholeTextFiles"));
    }

    /** As {@link #binaryFiles(String, int)} with two partitions at least, or one if there is one slot. */
    public PairRDD<String, byte[]> binaryFiles(String path) {
        return inputs.wholeBytes(notNull(path, "path"), fewPartitions(), CallSites.here("binaryFiles"));
    }

    /** As {@link #wholeTextFiles(String, int)}, with the bytes that are in the files: nothing is decompressed. */
    public PairRDD<String, byte[]> binaryFiles(String path, int minPartitions) {
        return inputs.wholeBytes(notNull(path, "path"), minPartitions, CallSites.here("binaryFiles"));
    }

    /**
     * Returns the records that {@link RDD#saveAsObjectFile} has written.
     *
     * <p>A file names the classes its records are made of, and none is loaded because a file names it. Known are values
     * and collections of the JDK, {@link Pair}, what is registered with Kryo, {@code classes}, and what these refer to in
     * their fields.
     *
     * <p><b>Shape.</b> A partition for each file that is not empty. {@code path} is as in {@link #textFile(String, int)}.
     *
     * <p><b>Errors.</b> In tasks, a {@link dev.favilla.text.ObjectFileException}: no object file, a damaged one, one that
     * was written with another serializer or other registrations, a class that is not known, or whose fields have changed.
     *
     * @param classes of records, and of what is in them where their fields do not tell
     */
    public <T extends @Nullable Object> RDD<T> objectFile(String path, Class<?>... classes) {
        CallSite site = CallSites.here("objectFile");
        return inputs.objects(notNull(path, "path"), List.of(notNull(classes, "classes")), site);
    }

    /**
     * Returns the rows of CSV files (RFC 4180, UTF-8) as records of a class, which is the schema.
     *
     * <p>The first row of each file names the columns; those named like components are read, in whichever order, the
     * others are not. Components may be primitives and their boxes, texts, {@code BigDecimal}, {@code BigInteger},
     * {@code UUID}, values of {@code java.time}, enums, and optionals of these. An empty field is null, or an empty
     * optional; one of two quotes is the empty text. Rows may end as lines of {@link #textFile(String, int)} do, and
     * quoted fields may go over several.
     *
     * <p><b>Shape.</b> A partition for each file that is not empty, since line ends in quotes do not end rows: several
     * files are read at once, one is not. {@code path} is as in {@link #textFile(String, int)}, gzip included.
     *
     * <p><b>Errors.</b> {@link IllegalArgumentException} here if {@code type} is no such record. In tasks, whatever does
     * not fit is a {@link dev.favilla.text.MalformedRecordException} that names file, line, field, value and what was
     * expected: a number out of range, a blank beside it, a missing column, other bytes than UTF-8.
     */
    public <T> RDD<T> readCsv(String path, Class<T> type) {
        return inputs.csv(notNull(path, "path"), notNull(type, "type"), CallSites.here("readCsv"));
    }

    /** As {@link #readJsonLines(String, Class, int)} with two partitions at least, or one if there is one slot. */
    public <T> RDD<T> readJsonLines(String path, Class<T> type) {
        CallSite site = CallSites.here("readJsonLines");
        return inputs.jsonLines(notNull(path, "path"), notNull(type, "type"), fewPartitions(), site);
    }

    /**
     * Returns the lines of files, each of which is a JSON object (RFC 8259, UTF-8), as records of a class, which is the
     * schema. Lines of blanks are passed over.
     *
     * <p>Components may be what {@link #readCsv} reads, records, lists, and maps by texts. Numbers and truth values are
     * JSON's own, all else is a text; members without a component are not read; null, and a member that is not there, are
     * null or an empty optional. Nothing is converted: {@code "1"} is no number, and {@code 1.0} no {@code int}.
     *
     * <p><b>Shape.</b> As {@link #textFile(String, int)}.
     *
     * <p><b>Errors.</b> As {@link #readCsv}. A member that is there twice is an error, too.
     *
     * @param minPartitions at least 1
     */
    public <T> RDD<T> readJsonLines(String path, Class<T> type, int minPartitions) {
        CallSite site = CallSites.here("readJsonLines");
        return inputs.jsonLines(notNull(path, "path"), notNull(type, "type"), minPartitions, site);
    }

    /** As {@link #read(Source, int)} with as many splits as there are partitions by default. */
    public <T extends @Nullable Object> RDD<T> read(Source<T> source) {
        return inputs.from(notNull(source, "source"), defaultParallelism(), CallSites.here("read"));
    }

    /**
     * Returns the records of a source of one's own.
     *
     * <p><b>Shape.</b> A partition for each split.
     *
     * <p><b>Laziness.</b> Splits are listed when the partitions are first asked for, and opened in tasks.
     *
     * <p><b>Errors.</b> A source that cannot be serialized is refused here. What it throws in tasks is the cause of a
     * {@link JobFailedException}.
     *
     * @param minSplits how many splits the source is asked for, at least 1
     */
    public <T extends @Nullable Object> RDD<T> read(Source<T> source, int minSplits) {
        return inputs.from(notNull(source, "source"), minSplits, CallSites.here("read"));
    }

    /**
     * Has datasets that are marked from now on be written below {@code directory}, in a new directory of this context
     * that {@link #getCheckpointDir} tells. It is made when the first of them is written, and never deleted. By default
     * {@code favilla.checkpoint.dir}.
     *
     * @see RDD#checkpoint
     */
    public void setCheckpointDir(String directory) {
        datasets.checkpoints().directory().set(notNull(directory, "directory"));
    }

    /** Returns the directory where this context writes checkpoints, if one was set. */
    public Optional<String> getCheckpointDir() {
        return datasets.checkpoints().directory().get();
    }

    /**
     * Opens what {@link RDD#checkpoint} has written, in this context or another with the same serializer; for pairs {@code
     * PairRDD.of(engine.checkpointFile(path))}.
     *
     * <p><b>Shape.</b> The partitions as they were, empty ones included, and the partitioner, if it could be written.
     *
     * <p><b>Errors.</b> As {@link #objectFile}. A partitioner that cannot be read is reported as a warning, and not known.
     *
     * @param path as {@link RDD#getCheckpointFile} has told it
     * @param classes as in {@link #objectFile}, and that of a partitioner of one's own
     * @throws dev.favilla.rdd.CheckpointException if there is no complete checkpoint
     */
    public <T extends @Nullable Object> RDD<T> checkpointFile(String path, Class<?>... classes) {
        CallSite site = CallSites.here("checkpointFile");
        return datasets.checkpointFile(notNull(path, "path"), List.of(notNull(classes, "classes")), site);
    }

    /** Returns how many partitions files have at least, unless somebody says otherwise. */
    private int fewPartitions() {
        return Math.min(defaultParallelism(), 2);
    }

    // ---------------------------------------------------------------- shared variables

    /**
     * Shares a read-only value with tasks: one copy per executor, made when first used, instead of one per function.
     *
     * <p><b>Cost.</b> Serializes the value once, here.
     *
     * @throws IllegalArgumentException if {@code value} is an RDD or a context, or refers to one, or cannot be written
     */
    public <T> Broadcast<T> broadcast(T value) {
        requireUsable();
        return variables.broadcast(notNull(value, "value"), CallSites.here("broadcast"));
    }

    /**
     * Returns a counter that tasks add to and the driver reads.
     *
     * @param name how it is printed
     */
    public LongAccumulator longAccumulator(String name) {
        requireUsable();
        return variables.longAccumulator(notNull(name, "name"));
    }

    /**
     * Returns a sum of numbers that tasks add to and the driver reads.
     *
     * @param name how it is printed
     */
    public DoubleAccumulator doubleAccumulator(String name) {
        requireUsable();
        return variables.doubleAccumulator(notNull(name, "name"));
    }

    /**
     * Returns a list that tasks add to and the driver reads.
     *
     * @param name how it is printed
     */
    public <T extends @Nullable Object> CollectionAccumulator<T> collectionAccumulator(String name) {
        requireUsable();
        return variables.collectionAccumulator(notNull(name, "name"));
    }

    /**
     * Returns what aggregates values that tasks add, in a way of your own, such as those of
     * {@link dev.favilla.stats.Aggregates}.
     *
     * @param name how it is printed
     * @param aggregate travels with each function that uses the accumulator
     */
    public <T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
            AggregateAccumulator<T, R> accumulator(String name, Aggregate<T, A, R> aggregate) {
        requireUsable();
        return variables.accumulator(notNull(name, "name"), notNull(aggregate, "aggregate"));
    }

    // ---------------------------------------------------------------- jobs: what they take over from their thread

    /** As {@link #setJobGroup(String, String, boolean)}, without interrupts. */
    public void setJobGroup(String id, @Nullable String description) {
        setJobGroup(id, description, false);
    }

    /**
     * Puts the jobs that this thread submits from now on, and those of threads it makes, into a group, under whose name
     * they can be cancelled and looked up.
     *
     * @param description a text for people
     * @param interruptOnCancel whether the threads of their tasks are interrupted at once when they are cancelled.
     *     Without it a task stops at its next record, and is interrupted after {@code favilla.task.interruptAfter}
     */
    public void setJobGroup(String id, @Nullable String description, boolean interruptOnCancel) {
        properties.group(notNull(id, "id"), description, interruptOnCancel);
    }

    /** Submits this thread's jobs outside of any group, without description and interrupts. */
    public void clearJobGroup() {
        properties.group(null, null, false);
    }

    /** Describes the jobs that this thread submits from now on. */
    public void setJobDescription(@Nullable String description) {
        properties.description(description);
    }

    /** As the last argument of {@link #setJobGroup(String, String, boolean)}, for jobs with or without a group. */
    public void setInterruptOnCancel(boolean interruptOnCancel) {
        properties.interruptOnCancel(interruptOnCancel);
    }

    /**
     * Has each job that this thread submits from now on cancelled, with a reason that says so, when it takes longer.
     *
     * @param deadline above zero; null for no limit
     */
    public void setJobDeadline(@Nullable Duration deadline) {
        properties.deadline(deadline);
    }

    /**
     * Adds a tag to the jobs that this thread submits from now on, under which they can be cancelled and looked up.
     *
     * @throws IllegalArgumentException if {@code tag} is null, empty or has a comma
     */
    public void addJobTag(String tag) {
        properties.addTag(tag);
    }

    /**
     * Takes a tag away from the jobs that this thread submits from now on.
     *
     * @throws IllegalArgumentException if {@code tag} is null, empty or has a comma
     */
    public void removeJobTag(String tag) {
        properties.removeTag(tag);
    }

    /** Returns the tags of the jobs that this thread submits. */
    public Set<String> getJobTags() {
        return properties.get().tags();
    }

    /** Takes all tags away from the jobs that this thread submits from now on. */
    public void clearJobTags() {
        properties.tags(Set.of());
    }

    /**
     * Sets a property that the tasks of this thread's jobs can read, from now on. The property
     * {@value dev.favilla.job.JobProperties#POOL} names the pool they belong to.
     *
     * @param value null to have no such property
     */
    public void setLocalProperty(String key, @Nullable String value) {
        properties.local(notNull(key, "key"), value);
    }

    /** Returns a property of this thread's jobs, or null if there is none. */
    public @Nullable String getLocalProperty(String key) {
        return properties.get().local().get(notNull(key, "key"));
    }

    // ---------------------------------------------------------------- jobs: cancelling and watching

    /** Cancels a job. Returns at once; a job that has ended, or is unknown, is left as it is. */
    public void cancelJob(int jobId) {
        cancelJob(jobId, CallSites.here("cancelJob") + " cancelled it");
    }

    /** As {@link #cancelJob(int)}; the job's exception tells {@code reason}. */
    public void cancelJob(int jobId, String reason) {
        cancel(new JobSelector.One(jobId), reason);
    }

    /** Cancels the jobs that need a stage. */
    public void cancelStage(int stageId) {
        cancelStage(stageId, CallSites.here("cancelStage") + " cancelled its stage " + stageId);
    }

    /** As {@link #cancelStage(int)}; the jobs' exceptions tell {@code reason}. */
    public void cancelStage(int stageId, String reason) {
        cancel(new JobSelector.UsingStage(stageId), reason);
    }

    /** Cancels the running jobs of a group. */
    public void cancelJobGroup(String group) {
        cancelJobGroup(group, CallSites.here("cancelJobGroup") + " cancelled its group '" + group + "'");
    }

    /** As {@link #cancelJobGroup(String)}; the jobs' exceptions tell {@code reason}. */
    public void cancelJobGroup(String group, String reason) {
        cancel(new JobSelector.InGroup(notNull(group, "group"), false), reason);
    }

    /** Cancels the running jobs of a group, and those that will be submitted to it; of such groups many are remembered. */
    public void cancelJobGroupAndFutureJobs(String group) {
        cancelJobGroupAndFutureJobs(
                group, CallSites.here("cancelJobGroupAndFutureJobs") + " cancelled its group '" + group + "'");
    }

    /** As {@link #cancelJobGroupAndFutureJobs(String)}; the jobs' exceptions tell {@code reason}. */
    public void cancelJobGroupAndFutureJobs(String group, String reason) {
        cancel(new JobSelector.InGroup(notNull(group, "group"), true), reason);
    }

    /**
     * Cancels the running jobs with a tag.
     *
     * @throws IllegalArgumentException if {@code tag} is null, empty or has a comma
     */
    public void cancelJobsWithTag(String tag) {
        cancelJobsWithTag(tag, CallSites.here("cancelJobsWithTag") + " cancelled those with tag '" + tag + "'");
    }

    /** As {@link #cancelJobsWithTag(String)}; the jobs' exceptions tell {@code reason}. */
    public void cancelJobsWithTag(String tag, String reason) {
        cancel(new JobSelector.WithTag(ThreadProperties.checkTag(tag)), reason);
    }

    /** Cancels all running jobs. */
    public void cancelAllJobs() {
        cancel(new JobSelector.All(), CallSites.here("cancelAllJobs") + " cancelled all jobs");
    }

    private void cancel(JobSelector jobs, String reason) {
        engine.scheduler().cancel(jobs, notNull(reason, "reason"));
    }

    /** Stops an attempt and has its task tried again. Returns at once; unknown attempts are ignored. */
    public void killTaskAttempt(long attemptId) {
        killTaskAttempt(attemptId, CallSites.here("killTaskAttempt") + " killed it");
    }

    /** As {@link #killTaskAttempt(long)}; observers are told {@code reason}. */
    public void killTaskAttempt(long attemptId, String reason) {
        engine.scheduler().killAttempt(attemptId, notNull(reason, "reason"));
    }

    /** Returns what tells how jobs and stages are doing. */
    public StatusTracker statusTracker() {
        return new StatusTracker(engine.scheduler()::status);
    }

    // ---------------------------------------------------------------- executors

    /** Returns the executors of this moment, in the order they came. */
    public List<ExecutorStatus> executors() {
        return engine.executors().executors();
    }

    /**
     * Adds an executor like the others, which takes its part of what waits at once.
     *
     * @return how it is named
     * @throws UnsupportedOperationException if executors are not isolated: see {@link Builder#executors}
     */
    public ExecutorId addExecutor() {
        requireOpen();
        return engine.executors().addExecutor();
    }

    /**
     * Has an executor take no more tasks, and lets go of it once those it runs have ended. Its cached blocks and map
     * outputs go with it, and are computed again where they are needed. Unknown executors are ignored.
     *
     * @throws IllegalStateException if no other would be left
     */
    public void drainExecutor(ExecutorId executor) {
        requireOpen();
        engine.executors().drainExecutor(notNull(executor, "executor"));
    }

    // ---------------------------------------------------------------- within the package

    Datasets datasets() {
        return datasets;
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
        private final List<PoolSpec> pools = new ArrayList<>();
        private final List<EngineExtension> extensions = new ArrayList<>();
        private @Nullable Integer executors;
        private @Nullable Integer cores;
        private @Nullable MemoryBudget budget;

        private Builder() {}

        /** Names the context, for messages. */
        public Builder appName(String name) {
            return put(Setting.APP_NAME, notNull(name, "name"));
        }

        /**
         * See {@link EngineContext#open(String)}; every core a slot if not set. Takes the place of what {@link #cores}
         * and {@link #executors} have said, as they do of this.
         */
        public Builder master(String master) {
            return put(Setting.MASTER, notNull(master, "master"));
        }

        /** As {@code master("local[cores]")}; with {@link #executors}, how many slots each of them has. */
        public Builder cores(int cores) {
            settings.remove(Setting.MASTER);
            this.cores = cores;
            return this;
        }

        /**
         * As {@code master("local-cluster[executors,C,M]")}: isolated executors, each with its own slots, memory, cached
         * blocks and map outputs. What passes between them, and between them and the driver, passes as bytes, so that
         * losing one is losing nothing that lineage cannot compute again. A task may fail four times unless {@code
         * favilla.task.maxFailures} says otherwise.
         *
         * <p>Each has {@link #cores} slots, or its part of the machine's; {@link #memory}, or its part of the default
         * budget.
         *
         * @param executors at least 1, which is isolated from the driver, too
         */
        public Builder executors(int executors) {
            settings.remove(Setting.MASTER);
            this.executors = executors;
            return this;
        }

        /** Sets the memory budget of each executor, at least 32 MiB; by default 60 % of the heap less a reserve in all. */
        public Builder memory(long bytes) {
            return put(Setting.MEMORY_BYTES, Long.toString(bytes));
        }

        /**
         * Has the context share a budget with others that are given the same, instead of one of its own. Excludes {@link
         * #memory}, the settings {@code favilla.memory...} and {@link #executors}.
         */
        public Builder memoryBudget(MemoryBudget shared) {
            budget = notNull(shared, "shared");
            return this;
        }

        /**
         * Has the context look for what works in one JVM and would fail, or give other results, on a cluster. Jobs that do
         * what is wrong for certain fail with a {@link dev.favilla.task.StrictModeException}; what may be meant is logged as
         * a warning, once for each line. What is looked at, and what it costs, is in {@code docs/modes.md}.
         *
         * <p>Meant for tests: a sample of functions runs twice, but for those of {@code foreach} and its like. The setting
         * {@code favilla.strict} can be {@code once} to have all run once.
         */
        public Builder strict() {
            return put(Setting.STRICT, "true");
        }

        /**
         * Sets a setting by its key, such as {@code favilla.default.parallelism}.
         *
         * @throws InvalidSettingException if there is no such setting
         */
        public Builder set(String key, String value) {
            notNull(value, "value");
            Setting setting = Setting.of(notNull(key, "key"))
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
            registrations.add(notNull(registration, "registration"));
            return this;
        }

        /** As {@link #pool(PoolSpec)}, of a pool whose jobs are served first in, first out. */
        public Builder pool(String name, int weight, int minShare) {
            return pool(new PoolSpec(notNull(name, "name"), PoolMode.FIFO, weight, minShare));
        }

        /**
         * Describes a pool of jobs that share slots, for contexts with {@code favilla.scheduler.mode} FAIR. Jobs name it
         * by the local property {@value dev.favilla.job.JobProperties#POOL}; a pool nobody describes has weight 1.
         *
         * @throws IllegalArgumentException if there is one with this name already
         */
        public Builder pool(PoolSpec pool) {
            notNull(pool, "pool");
            if (pools.stream().anyMatch(other -> other.name().equals(pool.name()))) {
                throw new IllegalArgumentException("pool '" + pool.name() + "' is described twice");
            }
            pools.add(pool);
            return this;
        }

        /** Installs an extension: see {@link dev.favilla.spi}. Not needed to write and run pipelines. */
        public Builder extension(EngineExtension extension) {
            extensions.add(notNull(extension, "extension"));
            return this;
        }

        private Builder put(Setting setting, String value) {
            if (setting == Setting.MASTER) {
                executors = null;
                cores = null;
            }
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
            TaskThreads.requireNone();
            EngineSettings all = EngineSettings.of(
                            settings,
                            master(),
                            SchedulingSettings.of(settings, pools),
                            SerializationSettings.of(settings, registrations),
                            budget)
                    .connected(settings);
            EngineContext engine = new EngineContext(all, Extensions.faults(extensions), CallSites.here(operation));
            try {
                EngineControl control = new ContextControl(engine.engine, engine.datasets);
                extensions.forEach(extension -> engine.extensions.open(extension, control));
            } catch (RuntimeException | Error e) {
                engine.close();
                throw e;
            }
            return engine;
        }

        private Master master() {
            if (executors != null) {
                return Master.isolated(executors, cores);
            }
            if (cores != null) {
                return Master.parse("local[" + cores + "]");
            }
            String text = settings.get(Setting.MASTER);
            return text == null ? Master.allCores() : Master.parse(text);
        }
    }
}
