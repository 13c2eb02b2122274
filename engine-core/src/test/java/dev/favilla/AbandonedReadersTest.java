package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was moved to disk and is not read to its end: no file stays open, and none stays. */
@Timeout(120)
@EnabledOnOs(OS.LINUX) // where a process can list what it has open
class AbandonedReadersTest {

    private static final Partitioner PLACES = new HashPartitioner(2);
    private static final int RECORDS = 8000;

    @TempDir
    private Path directory;

    /** What lies on disk when somebody reads it. */
    private enum Held {
        SORTED {
            @Override
            RDD<?> of(PairRDD<Integer, Integer> numbers) {
                return pressing(numbers).repartitionAndSortWithinPartitions(PLACES);
            }
        },
        AGGREGATED {
            @Override
            RDD<?> of(PairRDD<Integer, Integer> numbers) {
                return pressing(numbers).reduceByKey(PLACES, Integer::sum);
            }
        },
        GROUPED {
            @Override
            RDD<?> of(PairRDD<Integer, Integer> numbers) {
                return pressing(numbers).groupByKey(PLACES);
            }
        },
        JOINED {
            @Override
            RDD<?> of(PairRDD<Integer, Integer> numbers) {
                return numbers.join(pressing(numbers), PLACES);
            }
        },
        LARGE_GROUPS {
            @Override
            RDD<?> of(PairRDD<Integer, Integer> numbers) {
                return pressing(numbers.mapPartitionsToPair(pairs -> Stream.iterate(0, i -> i + 1)
                                .limit(RECORDS)
                                .map(i -> Pair.of(1, i))
                                .iterator()))
                        .groupByKey(PLACES)
                        .map(group -> group.value().iterator().next());
            }
        };

        abstract RDD<?> of(PairRDD<Integer, Integer> numbers);
    }

    private static PairRDD<Integer, Integer> pressing(PairRDD<Integer, Integer> records) {
        return records.filter(pair -> pair.value() % 1000 != 999 || Engines.pressMemory());
    }

    private static RDD<?> spilled(EngineContext engine, Held held) {
        return held.of(engine.range(0, RECORDS, 1, 2)
                .mapToPair(x -> Pair.of((int) (x * 7919 % 5003), x.intValue()))
                .partitionBy(PLACES));
    }

    private List<String> openFiles() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.flatMap(AbandonedReadersTest::target)
                    .filter(target -> target.startsWith(directory.toString()) && !target.contains("/lock-"))
                    .toList();
        }
    }

    private static Stream<String> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) { // closed meanwhile
            return Stream.of();
        }
    }

    private void assertNothingIsOpen(EngineContext engine) throws IOException {
        Engines.assertUsable(engine);
        assertThat(openFiles()).isEmpty();
    }

    private static void assertHasSpilled(EngineContext engine) {
        assertThat(engine.recentJobs()).anyMatch(job -> job.metrics().get(Metric.DISK_BYTES_SPILLED) > 0);
    }

    private EngineContext open() {
        return EngineContext.builder()
                .master("local[2]")
                .set("favilla.local.dir", directory.toString())
                .open();
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void whoTakesAFewLeavesNothingOpen(Held held) throws IOException {
        try (EngineContext engine = open()) {
            assertThat(spilled(engine, held).take(1)).hasSize(1);
            assertThat(spilled(engine, held)
                            .mapPartitions(
                                    records -> (records.hasNext() ? List.of(records.next()) : List.of()).iterator())
                            .collect())
                    .isNotEmpty();
            assertHasSpilled(engine);
            assertNothingIsOpen(engine);
        }
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void codeThatFailsInTheMiddleLeavesNothingOpen(Held held) throws IOException {
        try (EngineContext engine = open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> spilled(engine, held).foreach(record -> {
                        throw new IllegalStateException("in the middle");
                    }))
                    .withMessageContaining("in the middle");
            assertHasSpilled(engine);
            assertNothingIsOpen(engine);
        }
    }

    @ParameterizedTest
    @EnumSource(Held.class)
    void aJobThatIsCancelledInTheMiddleLeavesNothingOpen(Held held) throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = open()) {
            String name = gate.name();
            RDD<?> records = spilled(engine, held);
            Background<Long> job = Background.run(() -> {
                engine.setJobGroup("the group", null);
                return records.map(record -> Gate.pass(name, 1)).count();
            });
            gate.awaitArrivals(1);
            assertThat(engine.status().disk().files()).isPositive();
            engine.cancelJobGroup("the group", "enough");
            gate.open();

            assertThatExceptionOfType(JobCancelledException.class).isThrownBy(job::result);
            assertNothingIsOpen(engine);
        }
    }
}
