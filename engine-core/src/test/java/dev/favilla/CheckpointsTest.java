package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.CheckpointException;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.text.InputChangedException;
import dev.favilla.text.OutputException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datasets are written to a directory, and read from there instead of being computed. */
@InEveryMode
@Timeout(180)
class CheckpointsTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";
    private static final JavaRecordSerializer RECORDS = new JavaRecordSerializer();

    @TempDir
    private Path directory;

    private EngineContext open(String master) {
        return builder(master).open();
    }

    private EngineContext.Builder builder(String master) {
        return Engines.builder(master).set("favilla.checkpoint.dir", directory.toString());
    }

    record Point(int x, @Nullable String name) implements Serializable {}

    /** Returns how long the bytes are that executors are told to compute a dataset from its beginnings. */
    private static long bytesOf(LineageNode node) {
        List<Integer> partitions = Datasets.indexes(0, node.numPartitions());
        return StageGraph.of(node, partitions, Set.of()).stages().stream()
                .mapToLong(stage -> LineageBinary.of(
                                stage.target(),
                                stage.output().isPresent() ? stage.output().get() : "nothing",
                                RECORDS)
                        .size())
                .sum();
    }

    private long filesBelow() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private static RDD<Long> long300(EngineContext engine) {
        RDD<Long> numbers = engine.range(0, 300, 1, 3);
        for (int i = 0; i < 20; i++) {
            numbers = numbers.map(x -> x + 1);
        }
        return numbers;
    }

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    enum Kind {
        MAP(numbers -> numbers.map(x -> x * 2)),
        FILTER(numbers -> numbers.filter(x -> x % 2 == 0)),
        UNION(numbers -> numbers.union(numbers.map(x -> -x))),
        CARTESIAN(numbers -> numbers.filter(x -> x < 40).cartesian(numbers.filter(x -> x < 40))),
        COALESCE(numbers -> numbers.coalesce(2)),
        REPARTITION(numbers -> numbers.repartition(4)),
        COGROUP(numbers ->
                numbers.keyBy(x -> x % 7).cogroup(numbers.keyBy(x -> x % 5)).mapValues(groups -> groups.toString())),
        JOIN(numbers -> numbers.keyBy(x -> x).join(numbers.keyBy(x -> x * 2))),
        ZIP(numbers -> numbers.zip(numbers.map(x -> x + 1))),
        INDEX(RDD::zipWithIndex),
        SHUFFLE(numbers -> numbers.keyBy(x -> x % 10).reduceByKey(Long::sum, 3)),
        SORT(numbers -> numbers.sortBy(x -> -x)),
        SAMPLE(numbers -> numbers.sample(false, 0.5, 1)),
        DISTINCT(numbers -> numbers.map(x -> x % 11).distinct());

        private final Function<RDD<Long>, RDD<?>> made;

        Kind(Function<RDD<Long>, RDD<?>> made) {
            this.made = made;
        }
    }

    static Stream<Arguments> kinds() {
        return Stream.of(LOCAL, CLUSTER)
                .flatMap(master -> Stream.of(Kind.values()).map(kind -> Arguments.of(kind, master)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void leaveTheSamePartitionsAndRecordsAndASmallerSerializedForm(Kind kind, String master) {
        try (EngineContext engine = open(master)) {
            RDD<?> made = kind.made.apply(long300(engine));
            List<?> before = Engines.partitionsOf(made);
            long bytes = bytesOf(made.lineage());
            var partitioner = made.partitioner();

            made.checkpoint();
            assertThat(made.isCheckpointed()).isFalse();
            made.count();

            assertThat(made.isCheckpointed()).isTrue();
            assertThat(made.dependencies()).isEmpty();
            assertThat(Engines.partitionsOf(made)).isEqualTo(before);
            assertThat(made.getNumPartitions()).isEqualTo(before.size());
            assertThat(made.partitioner()).isEqualTo(partitioner);
            assertThat(bytesOf(made.lineage())).isLessThan(bytes);
            assertThat(made.toDebugString())
                    .contains("Checkpoint: " + made.getCheckpointFile().orElseThrow());
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void areSeenByChildrenThatWereMadeBefore(Kind kind, String master) {
        try (EngineContext engine = open(master)) {
            RDD<Long> numbers = long300(engine);
            RDD<?> child = kind.made.apply(numbers);
            List<?> before = Engines.partitionsOf(child);

            numbers.checkpoint().count();

            assertThat(Engines.partitionsOf(child)).isEqualTo(before);
            assertThat(child.toDebugString()).contains("Checkpoint: ").doesNotContain("RangeRDD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void openAsANewDatasetWithTheSameDataAlsoInAnotherContext(String master) {
        String path;
        List<List<Point>> records;
        try (EngineContext engine = open(master)) {
            RDD<Point> points =
                    engine.range(0, 50, 1, 5).filter(x -> x < 20 || x > 30).map(x -> new Point(x.intValue(), "p" + x));
            records = Engines.partitionsOf(points);
            points.checkpoint().count();
            path = points.getCheckpointFile().orElseThrow();
            assertThat(path).startsWith(engine.getCheckpointDir().orElseThrow());

            assertThat(Engines.partitionsOf(engine.<Point>checkpointFile(path, Point.class)))
                    .isEqualTo(records);
        }
        try (EngineContext other = Engines.open(LOCAL)) {
            assertThat(Engines.partitionsOf(other.<Point>checkpointFile(path, Point.class)))
                    .isEqualTo(records);
        }
    }

    @Test
    void keepNullsAndNestedPairs() {
        try (EngineContext engine = open(CLUSTER)) {
            RDD<@Nullable Pair<Long, List<Point>>> pairs = engine.range(0, 10, 1, 2)
                    .map(x -> x == 3 ? null : Pair.of(x, List.of(new Point(x.intValue(), null))));
            List<@Nullable Pair<Long, List<Point>>> records = pairs.collect();

            pairs.checkpoint().count();

            assertThat(pairs.collect()).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void workForDatasetsWithoutPartitions(String master) {
        try (EngineContext engine = open(master)) {
            RDD<Long> nothing = engine.<Long>emptyRDD().checkpoint();
            assertThat(nothing.count()).isZero();

            assertThat(nothing.isCheckpointed()).isTrue();
            assertThat(nothing.collect()).isEmpty();
            RDD<Long> again = engine.checkpointFile(nothing.getCheckpointFile().orElseThrow());
            assertThat(again.getNumPartitions()).isZero();
        }
    }

    /** Places keys by their last digit. */
    static final class LastDigit implements Partitioner {

        private static final long serialVersionUID = 1L;

        @Override
        public int numPartitions() {
            return 10;
        }

        @Override
        public int partition(@Nullable Object key) {
            return key instanceof Long number ? (int) (number % 10) : 0;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof LastDigit;
        }

        @Override
        public int hashCode() {
            return 10;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kryo", "java"})
    void restoreThePartitioner(String serializer) {
        try (EngineContext engine =
                builder(LOCAL).set("favilla.serializer", serializer).open()) {
            PairRDD<Long, Long> hashed = engine.range(0, 100)
                    .keyBy(x -> x)
                    .partitionBy(new HashPartitioner(3))
                    .checkpoint();
            PairRDD<Long, Long> own = engine.range(0, 100)
                    .keyBy(x -> x)
                    .partitionBy(new LastDigit())
                    .checkpoint();
            hashed.count();
            own.count();

            PairRDD<Long, Long> again =
                    PairRDD.of(engine.checkpointFile(hashed.getCheckpointFile().orElseThrow()));
            assertThat(again.partitioner()).contains(new HashPartitioner(3));
            assertThat(Engines.shufflesOf(again.groupByKey())).isZero();
            assertThat(again.lookup(7L)).containsExactly(7L);
            String path = own.getCheckpointFile().orElseThrow();
            assertThat(engine.checkpointFile(path, LastDigit.class).partitioner())
                    .contains(new LastDigit());
            assertThat(engine.checkpointFile(path).partitioner()).isEmpty(); // its class was not passed
        }
    }

    @Test
    void withACorruptPartitionerFileLoseOnlyThePartitioner() throws IOException {
        try (EngineContext engine = open(LOCAL)) {
            PairRDD<Long, Long> sums = engine.range(0, 100)
                    .keyBy(x -> x % 10)
                    .reduceByKey(Long::sum, 3)
                    .checkpoint();
            List<Pair<Long, Long>> records = sums.collect();
            Path path = Path.of(sums.getCheckpointFile().orElseThrow());
            Files.writeString(path.resolve("_partitioner"), "nonsense", StandardCharsets.UTF_8);

            RDD<Pair<Long, Long>> again = engine.checkpointFile(path.toString());

            assertThat(again.partitioner()).isEmpty();
            assertThat(again.collect()).isEqualTo(records);
        }
    }

    @Test
    void areWrittenOfTheLastMarkedInAChainOnlyUnlessAPropertySaysAll() {
        try (EngineContext engine = open(LOCAL)) {
            RDD<Long> first = engine.range(0, 10).map(x -> x + 1).checkpoint();
            RDD<Long> second = first.map(x -> x + 1).checkpoint();
            second.map(x -> x + 1).count();
            assertThat(first.isCheckpointed()).isFalse();
            assertThat(second.isCheckpointed()).isTrue();

            first.count(); // an action of its own
            assertThat(first.isCheckpointed()).isTrue();

            RDD<Long> third = engine.range(0, 10).map(x -> x + 1).checkpoint();
            RDD<Long> fourth = third.map(x -> x + 1).checkpoint();
            engine.setLocalProperty("favilla.checkpoint.allMarkedAncestors", "true");
            fourth.count();
            assertThat(third.isCheckpointed()).isTrue();
            assertThat(fourth.isCheckpointed()).isTrue();
        }
    }

    @Test
    void areWrittenByASecondJobAfterWhicheverActionReachesThem() throws Exception {
        try (EngineContext engine = open(LOCAL)) {
            RDD<Long> numbers = engine.range(0, 10, 1, 2).map(x -> x).checkpoint();
            assertThat(filesBelow()).isZero();
            assertThat(numbers.map(x -> x).take(1)).containsExactly(0L);
            assertThat(engine.recentJobs()).hasSize(2);
            assertThat(numbers.isCheckpointed()).isTrue();

            RDD<Long> shuffled = engine.range(0, 10, 1, 2).map(x -> x).checkpoint();
            assertThat(shuffled.keyBy(x -> x).groupByKey(2).countAsync().get()).isEqualTo(10L);
            assertThat(shuffled.isCheckpointed()).isTrue();
        }
    }

    @Test
    void forgetWhatTheDatasetWasMadeOf() {
        try (EngineContext engine = open(LOCAL)) {
            List<WeakReference<LineageNode>> parents = new ArrayList<>();
            PairRDD<Long, Long> sums = sums(engine, parents);
            sums.checkpoint().count();

            Engines.await(() -> {
                System.gc();
                return parents.stream().allMatch(parent -> parent.refersTo(null));
            });

            assertThat(parents).allMatch(parent -> parent.refersTo(null));
            assertThat(sums.count()).isEqualTo(10);
            Engines.await(() -> sums.count() == 10 && engine.status().mapOutputs() == 0);
            assertThat(engine.status().mapOutputs()).isZero();
        }
    }

    private static PairRDD<Long, Long> sums(EngineContext engine, List<WeakReference<LineageNode>> parents) {
        RDD<Long> numbers = engine.range(0, 100, 1, 4);
        PairRDD<Long, Long> keyed = numbers.keyBy(x -> x % 10);
        parents.add(new WeakReference<>(numbers.lineage()));
        parents.add(new WeakReference<>(keyed.lineage()));
        return keyed.reduceByKey(Long::sum, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void needNoneOfTheShufflesThatTheyTookThePlaceOf(String master) {
        try (EngineContext engine = open(master)) {
            PairRDD<Long, Long> sums =
                    engine.range(0, 100, 1, 4).keyBy(x -> x % 10).reduceByKey(Long::sum, 2);
            PairRDD<Long, Long> above = sums.mapToPair(pair -> Pair.of(pair.value() % 3, pair.key()))
                    .reduceByKey(Long::sum, 2);
            List<Pair<Long, Long>> before = above.collect();
            int shuffles = Engines.shufflesOf(above);

            sums.checkpoint().count();

            assertThat(Engines.shufflesOf(above)).isEqualTo(shuffles - 1);
            assertThat(above.collect()).isEqualTo(before);
        }
    }

    @Test
    void areWrittenOnceByTwoActionsAtOnce() throws Exception {
        try (EngineContext engine = Engines.builder("local[4]")
                        .set("favilla.checkpoint.dir", directory.toString())
                        .open();
                Gate gate = new Gate()) {
            String name = gate.name();
            RDD<Long> numbers =
                    engine.range(0, 2, 1, 2).map(x -> Gate.pass(name, x)).checkpoint();
            Background<Long> one = Background.run(numbers::count);
            Background<Long> other = Background.run(numbers::count);
            gate.open();

            assertThat(one.result()).isEqualTo(2);
            assertThat(other.result()).isEqualTo(2);
            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(engine.recentJobs()).hasSize(3);
        }
    }

    @NotIn(value = TestMode.SPARK, because = "the fault is put into an executor of our own, of which there is none")
    @ParameterizedTest
    @ValueSource(strings = {"local[2,4]", CLUSTER})
    void areWrittenAnewByARetryOfATaskThatFailedWhileItWrote(String master) throws IOException {
        FaultPlan fault = FaultPlan.failing()
                .at(FaultSite.TASK_END)
                .stage(1) // of the job that writes
                .partition(1)
                .times(2);
        try (EngineContext engine = builder(master).extension(fault).open()) {
            RDD<Long> numbers = engine.range(0, 100, 1, 3).map(x -> x).checkpoint();
            numbers.count();

            assertThat(fault.fired()).isEqualTo(2);
            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(numbers.collect())
                    .isEqualTo(LongStream.range(0, 100).boxed().toList());
            assertThat(filesBelow()).isEqualTo(3 + 1); // and _SUCCESS: nothing is left of failed attempts
        }
    }

    static Stream<FaultSite> moments() {
        return Stream.of(FaultSite.TASK_START, FaultSite.RECORDS, FaultSite.TASK_END, FaultSite.RESULT);
    }

    @ParameterizedTest
    @MethodSource("moments")
    void areCompleteAlthoughAnExecutorIsLostWhileItWrites(FaultSite moment) throws IOException {
        FaultPlan fault = FaultPlan.losing(true).at(moment).stage(1);
        try (EngineContext engine = builder(CLUSTER).extension(fault).open()) {
            RDD<Long> numbers = engine.range(0, 100, 1, 3).map(x -> x).checkpoint();
            numbers.count();

            assertThat(fault.fired()).isEqualTo(1);
            assertThat(numbers.collect())
                    .isEqualTo(LongStream.range(0, 100).boxed().toList());
            assertThat(filesBelow()).isEqualTo(3 + 1);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void outliveTheExecutorsThatHaveWrittenThem() {
        try (EngineContext engine = open(CLUSTER)) {
            PairRDD<Long, Long> sums = engine.range(0, 100, 1, 4)
                    .keyBy(x -> x % 10)
                    .reduceByKey(Long::sum, 2)
                    .checkpoint();
            PairRDD<Long, Long> moved =
                    sums.mapToPair(sum -> Pair.of(sum.value(), sum.key())).partitionBy(new HashPartitioner(3));
            List<Pair<Long, Long>> before = moved.collect();
            List.copyOf(engine.executors()).forEach(executor -> {
                engine.addExecutor();
                engine.drainExecutor(executor.id());
            });

            assertThat(moved.collect()).isEqualTo(before);
            assertThat(sums.count()).isEqualTo(10);
        }
    }

    @Test
    void ofDatasetsThatAreCachedDoNotComputeThemTwiceNorAfter() {
        try (EngineContext engine = open(LOCAL)) {
            LongAccumulator computed = engine.longAccumulator("computed");
            RDD<Long> numbers = engine.range(0, 100, 1, 2)
                    .map(x -> {
                        computed.add(1);
                        return x;
                    })
                    .repartition(3)
                    .cache()
                    .checkpoint();
            numbers.count();
            numbers.unpersist();
            assertThat(numbers.count()).isEqualTo(100);

            assertThat(computed.value()).isEqualTo(100);
        }
    }

    @Test
    void leaveWhatIsCachedOfTheDatasetInUse() throws IOException {
        try (EngineContext engine = open(CLUSTER)) {
            RDD<Long> numbers =
                    engine.range(0, 100, 1, 2).repartition(3).cache().checkpoint();
            List<Long> before = numbers.collect();
            for (int part = 0; part < 3; part++) {
                Files.delete(Path.of(numbers.getCheckpointFile().orElseThrow(), "part-0000" + part));
            }

            assertThat(numbers.collect()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void whoseFilesAreGoneFailTheTasksThatWantThemAndNameTheFile(String master) throws IOException {
        try (EngineContext engine = open(master)) {
            RDD<Long> numbers = engine.range(0, 100, 1, 3).map(x -> x).checkpoint();
            numbers.count();
            Path gone = Path.of(numbers.getCheckpointFile().orElseThrow(), "part-00001");
            Files.delete(gone);

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(numbers::count)
                    .withMessageContaining(gone.toString())
                    .withMessageContaining("was deleted or moved")
                    .withCauseInstanceOf(InputChangedException.class);
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> engine.checkpointFile(gone.getParent().toString()))
                    .withMessageContaining("part-00001")
                    .withMessageContaining("2 part files");
            Engines.assertUsable(engine);
        }
    }

    /** The numbers below 1000 under keys that are others in each run. */
    private static RDD<Long> scattered(EngineContext engine) {
        return engine.range(0, 1000, 1, 4)
                .mapToPair(x -> Pair.of(ThreadLocalRandom.current().nextLong(), x))
                .groupByKey(3)
                .flatMap(group -> group.value());
    }

    @NotIn(value = TestMode.SPARK, because = "the fault is put into an executor of our own, of which there is none")
    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void makeTheOutputDeterminateSoThatAJobWithEffectsNeedNotBeTakenBack(String master) {
        FaultPlan fault = FaultPlan.dropping().block("shuffle_0_");
        try (EngineContext engine = builder(master).extension(fault).open()) {
            RDD<Long> numbers = scattered(engine).checkpoint();
            engine.setJobDescription("an action without effects");
            long written = numbers.count();
            int fired = fault.fired();
            List<Long> first = numbers.collect();

            numbers.foreach(x -> {});

            assertThat(written).isEqualTo(1000);
            assertThat(fired).isEqualTo(1);
            assertThat(fault.fired()).isEqualTo(fired); // nobody asks for the shuffle any more
            assertThat(numbers.collect()).isEqualTo(first).doesNotHaveDuplicates();
        }
    }

    @Test
    void tryAgainWithTheNextActionAfterAFailure() throws IOException {
        try (EngineContext engine = open(LOCAL)) {
            RDD<Long> numbers = engine.range(0, 10).map(x -> x).checkpoint();
            Files.writeString(Path.of(engine.getCheckpointDir().orElseThrow()), "in the way", StandardCharsets.UTF_8);
            assertThatExceptionOfType(OutputException.class).isThrownBy(numbers::count);
            assertThat(numbers.isCheckpointed()).isFalse();
            Files.delete(Path.of(engine.getCheckpointDir().orElseThrow()));

            assertThat(numbers.count()).isEqualTo(10);
            assertThat(numbers.isCheckpointed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void areDeletedWithTheirDatasetOnlyIfThatIsSet(boolean cleans) throws IOException {
        try (EngineContext engine = builder(LOCAL)
                .set("favilla.checkpoint.cleanFiles", Boolean.toString(cleans))
                .open()) {
            Path path = Path.of(writtenAndForgotten(engine));
            WeakReference<Object> witness = new WeakReference<>(new Object());
            Engines.await(() -> {
                System.gc();
                engine.range(0, 1).count(); // whoever uses the context sweeps
                return witness.refersTo(null) && (!cleans || Files.notExists(path));
            });

            assertThat(Files.exists(path)).isEqualTo(!cleans);
        }
    }

    private static String writtenAndForgotten(EngineContext engine) {
        RDD<Long> numbers = engine.range(0, 10).map(x -> x).checkpoint();
        numbers.count();
        return numbers.getCheckpointFile().orElseThrow();
    }

    @Nested
    class AtTheCall {

        @Test
        void areRefusedWithoutADirectoryInWordsThatNameCallAndSetting() {
            try (EngineContext engine = Engines.open(LOCAL)) {
                RDD<Long> numbers = engine.range(0, 10);
                assertThat(engine.getCheckpointDir()).isEmpty();
                assertThatExceptionOfType(CheckpointException.class)
                        .isThrownBy(numbers::checkpoint)
                        .withMessageContaining("EngineContext.setCheckpointDir")
                        .withMessageContaining("favilla.checkpoint.dir");

                engine.setCheckpointDir(directory.toString());
                assertThat(numbers.checkpoint().count()).isEqualTo(10);
                assertThat(numbers.isCheckpointed()).isTrue();
            }
        }

        @Test
        void aBlankDirectoryIsRefused() {
            try (EngineContext engine = Engines.open(LOCAL)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> engine.setCheckpointDir(" "))
                        .withMessageContaining("directory must name a directory");
            }
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .set("favilla.checkpoint.dir", "")
                            .open());
        }

        @Test
        void whatIsNoCheckpointIsNotOpened() throws IOException {
            Path file = Files.writeString(directory.resolve("file"), "text", StandardCharsets.UTF_8);
            try (EngineContext engine = Engines.open(LOCAL)) {
                for (String path : List.of(file.toString(), directory.toString(), directory + "/none", "s3://a/b")) {
                    assertThatExceptionOfType(CheckpointException.class)
                            .isThrownBy(() -> engine.checkpointFile(path))
                            .withMessageContaining("'" + path + "'");
                }
            }
        }

        @Test
        void marksStayWhatTheyAreAndKeepTheKindOfTheDataset() {
            try (EngineContext engine = open(LOCAL)) {
                PairRDD<Long, Long> pairs = engine.range(0, 4).keyBy(x -> x).checkpoint();
                DoubleRDD numbers =
                        engine.range(0, 4).mapToDouble(x -> (double) x).checkpoint();
                assertThat(pairs.checkpoint().collectAsMap()).isEqualTo(Map.of(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L));
                assertThat(numbers.sum()).isEqualTo(6);
                assertThat(pairs.checkpoint().isCheckpointed()).isTrue();
                assertThat(pairs.localCheckpoint().getCheckpointFile()).isPresent();
                assertThat(pairs.getStorageLevel()).isEqualTo(StorageLevel.NONE);
            }
        }
    }
}
