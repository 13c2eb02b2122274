package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.Broadcast;
import dev.favilla.DoubleRDD;
import dev.favilla.EngineContext;
import dev.favilla.JobFailedException;
import dev.favilla.LongAccumulator;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.function.MapFunction;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must hold on Spark, whatever its master is. */
abstract class BridgeContract {

    @TempDir
    Path scratch;

    /** Returns a context on Spark that all tests share. */
    abstract EngineContext engine();

    /** Records like these are no {@link java.io.Serializable}: only the engine's own serializer takes them. */
    record Reading(String sensor, double value) {}

    private static List<Long> numbers(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void narrowStepsKeepPartitionsAndOrder() {
        RDD<Long> even = engine().range(0, 1000, 1, 4).map(x -> x * 3).filter(x -> x % 2 == 0);

        assertThat(even.collect())
                .isEqualTo(numbers(0, 1000).stream()
                        .map(x -> x * 3)
                        .filter(x -> x % 2 == 0)
                        .toList());
        assertThat(even.getNumPartitions()).isEqualTo(4);
        assertThat(even.take(3)).containsExactly(0L, 6L, 12L);
        assertThat(even.reduce(Long::sum)).isEqualTo(249_500L * 3);
    }

    @Test
    void recordsOfClassesThatJavaCannotSerializeAreShuffledCachedAndReturned() {
        RDD<Reading> readings = engine().range(0, 100, 1, 3)
                .map(x -> new Reading("s" + x % 5, x))
                .persist(StorageLevel.MEMORY_AND_DISK_SER);

        assertThat(readings.keyBy(Reading::sensor)
                        .groupByKey(2)
                        .mapValues(BridgeContract::size)
                        .collectAsMap())
                .isEqualTo(Map.of("s0", 20, "s1", 20, "s2", 20, "s3", 20, "s4", 20));
        assertThat(readings.collect()).hasSize(100).contains(new Reading("s3", 98));
    }

    private static int size(Iterable<?> values) {
        int size = 0;
        for (Object ignored : values) {
            size++;
        }
        return size;
    }

    @Test
    void sortsJoinsAndRepartitionsSayWhatTheyPromise() {
        PairRDD<Long, Long> squares = engine().range(0, 50, 1, 3).mapToPair(x -> Pair.of(x, x * x));
        PairRDD<Long, String> names = engine().range(40, 60, 1, 2).mapToPair(x -> Pair.of(x, "n" + x));

        assertThat(squares.join(names, 3).sortByKey(true, 2).collect())
                .isEqualTo(numbers(40, 50).stream()
                        .map(x -> Pair.of(x, Pair.of(x * x, "n" + x)))
                        .toList());
        assertThat(squares.repartition(7).getNumPartitions()).isEqualTo(7);
        assertThat(squares.repartition(7).count()).isEqualTo(50);
    }

    @Test
    void accumulatorsCountEachPartitionOnce() {
        LongAccumulator inMapTasks = engine().longAccumulator("in map tasks");
        LongAccumulator inResults = engine().longAccumulator("in results");
        PairRDD<Long, Long> sums = engine().range(0, 100, 1, 4)
                .mapToPair(x -> {
                    inMapTasks.add(1);
                    return Pair.of(x % 3, x);
                })
                .reduceByKey(Long::sum, 2);

        sums.foreach(pair -> inResults.add(pair.value()));
        sums.count();

        assertThat(inMapTasks.value()).isEqualTo(100);
        assertThat(inResults.value()).isEqualTo(4950);
    }

    @Test
    void tasksReadBroadcasts() {
        Broadcast<List<Reading>> table =
                engine().broadcast(List.of(new Reading("zero", 0), new Reading("one", 1), new Reading("two", 2)));

        assertThat(engine().range(0, 6, 1, 2)
                        .map(x -> table.value().get((int) (x % 3)).sensor())
                        .collect())
                .containsExactly("zero", "one", "two", "zero", "one", "two");
    }

    @Test
    void whatIsCachedIsComputedOnce() {
        LongAccumulator computed = engine().longAccumulator("computed");
        RDD<Long> cached = engine().range(0, 100, 1, 2)
                .map(x -> {
                    computed.add(1);
                    return x;
                })
                .cache();

        cached.count();
        assertThat(cached.map(x -> x + 1).filter(x -> x > 50).count()).isEqualTo(50);
        assertThat(computed.value()).isEqualTo(100);

        cached.unpersist();
        cached.count();
        assertThat(computed.value()).isEqualTo(200);
    }

    @Test
    void everyStorageLevelGivesBackTheRecords() {
        for (String level :
                List.of("MEMORY_ONLY", "MEMORY_ONLY_SER", "MEMORY_AND_DISK", "DISK_ONLY", "MEMORY_ONLY_2")) {
            RDD<Reading> kept =
                    engine().range(0, 3000, 1, 2).map(x -> new Reading("r", x)).persist(StorageLevel.fromString(level));

            List<Reading> first = kept.collect();
            assertThat(kept.collect()).as(level).isEqualTo(first).hasSize(3000);
            kept.unpersist();
        }
    }

    @Test
    void filesAreReadWrittenAndCommitted() throws Exception {
        Path text = Files.writeString(scratch.resolve("text"), "a b\nb c\nc a\n");
        String out = scratch.resolve("out").toString();

        engine().textFile(text.toString(), 2)
                .flatMap(line -> List.of(line.split(" ")))
                .mapToPair(word -> Pair.of(word, 1))
                .reduceByKey(Integer::sum, 2)
                .map(pair -> pair.key() + "=" + pair.value())
                .saveAsTextFile(out);

        assertThat(engine().textFile(out).collect()).containsExactlyInAnyOrder("a=2", "b=2", "c=2");
        try (Stream<Path> files = Files.list(Path.of(out))) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("_SUCCESS");
        }
    }

    @Test
    void failuresNameOperationLinePartitionAndAttemptsAndHaveTheUsersExceptionAsCause() {
        RDD<Long> failing = engine().range(0, 10, 1, 2).map(x -> {
            if (x == 7) {
                throw new IllegalStateException("seven is too much");
            }
            return x;
        });

        JobFailedException failure = catchThrowableOfType(JobFailedException.class, failing::collect);

        assertThat(failure)
                .hasMessageContainingAll("map at BridgeContract.java", "seven is too much", "record 7", "Partition 1")
                .hasRootCauseExactlyInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("seven is too much");
        assertThat(failure.partition()).hasValue(1);
        assertThat(failure.attempts()).hasValue(attemptsOfATask());
        if (attemptsOfATask() > 1) {
            assertThat(failure).hasMessageContaining("Before that: attempt 0:");
        }
    }

    /** Returns how often Spark tries a task. */
    abstract int attemptsOfATask();

    /** An exception that refers to what is not serializable. */
    private static final class Rude extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object unused = null;
        private final Object thread = new Thread("not serializable");

        Rude() {
            super("rude");
        }

        @Override
        public String toString() {
            return "Rude: " + (unused == thread);
        }
    }

    @Test
    void exceptionsThatCannotTravelComeInWords() {
        JobFailedException failure = catchThrowableOfType(
                JobFailedException.class,
                () -> engine().range(0, 2, 1, 1)
                        .map(x -> {
                            throw new Rude();
                        })
                        .count());

        assertThat(failure).hasMessageContainingAll("Rude", "could not be brought", "map at BridgeContract.java");
    }

    @Test
    void functionsThatCannotTravelAreRefusedBeforeAnyJob() {
        Thread captured = new Thread("captured");
        MapFunction<Long, String> function = x -> captured.getName() + x;

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> engine().range(0, 2).map(function))
                .withMessageContaining("java.lang.Thread");
    }

    @Test
    void tasksSeeTheLocalPropertiesOfTheCaller() {
        engine().setLocalProperty("tenant", "blue");
        try {
            assertThat(engine().range(0, 2, 1, 2)
                            .map(x -> Objects.requireNonNull(TaskContext.get())
                                    .localProperty("tenant")
                                    .orElse("none"))
                            .collect())
                    .containsExactly("blue", "blue");
        } finally {
            engine().setLocalProperty("tenant", null);
        }
    }

    @Test
    void engineMayNotBeUsedInsideTasks() {
        EngineContext engine = engine();

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> engine.range(0, 2).map(x -> engine.range(0, x).count()));
    }

    @Test
    void longLineagesDoNotNeedDeepStacks() {
        RDD<Long> deep = engine().range(0, 10, 1, 2);
        for (int i = 0; i < 5000; i++) {
            deep = deep.map(x -> x + 1);
        }

        assertThat(deep.collect()).isEqualTo(numbers(5000, 5010));
    }

    @Test
    void checkpointsTakeThePlaceOfLineages() {
        engine().setCheckpointDir(scratch.toString());
        RDD<Long> written = engine().range(0, 20, 1, 2).map(x -> x * 2);
        written.checkpoint();
        RDD<Long> local = engine().range(0, 20, 1, 2).map(x -> x * 3);
        local.localCheckpoint();

        assertThat(written.count() + local.count()).isEqualTo(40);
        assertThat(written.isCheckpointed()).isTrue();
        assertThat(local.isCheckpointed()).isTrue();
        assertThat(written.collect())
                .isEqualTo(numbers(0, 20).stream().map(x -> x * 2).toList());
        assertThat(local.collect())
                .isEqualTo(numbers(0, 20).stream().map(x -> x * 3).toList());
    }

    @Test
    void statisticsAndFoldsMergeInPartitionOrder() {
        DoubleRDD halves = engine().range(0, 1000, 1, 7).mapToDouble(x -> x / 3.0);

        try (EngineContext here = EngineContext.open("local[2]")) {
            DoubleRDD same = here.range(0, 1000, 1, 7).mapToDouble(x -> x / 3.0);
            assertThat(halves.sum()).isEqualTo(same.sum());
            assertThat(halves.stdev()).isEqualTo(same.stdev());
        }
        assertThat(engine().range(0, 10, 1, 3).map(x -> "" + x).fold("", String::concat))
                .isEqualTo("0123456789");
    }

    @Test
    void listenersAreRefusedWithWhatToDoInstead() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> engine().addListener(event -> {}))
                .withMessageContaining("SparkListener");
    }

    @Test
    void reportsTellStagesAndAttempts() {
        engine().range(0, 10, 1, 3)
                .mapToPair(x -> Pair.of(x % 2, x))
                .reduceByKey(Long::sum, 2)
                .collect();

        var jobs = engine().recentJobs();
        var last = jobs.get(jobs.size() - 1);
        assertThat(last.stages()).hasSize(2);
        assertThat(last.attempts()).isEqualTo(5);
    }
}
