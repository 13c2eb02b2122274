package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.attempt.Metric;
import dev.favilla.fault.FaultSite;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However blocks travel between executors, jobs say the same. */
@Timeout(120)
class TransfersTest {

    private static final String CLUSTER = "local-cluster[3,1,64]";
    private static final int PIPELINES = 60;

    @TempDir
    Path scratch;

    private static EngineContext.Builder by(String transfer) {
        return EngineContext.builder().master(CLUSTER).set("favilla.transfer", transfer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void randomPipelinesSayTheSameBitsAsOnOneExecutor(String transfer, TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        try (EngineContext one = EngineContext.open("local[1]");
                EngineContext three = by(transfer).open()) {
            for (int i = 0; i < PIPELINES; i++) {
                RandomPipeline pipeline = RandomPipeline.random(random);
                List<PairRDD<Integer, Long>> expected = pipeline.datasets(one, scratch);
                List<PairRDD<Integer, Long>> found = pipeline.datasets(three, scratch);

                assertThat(Engines.partitionsOf(found.get(found.size() - 1)))
                        .as("%s", pipeline)
                        .isEqualTo(Engines.partitionsOf(expected.get(expected.size() - 1)));
                expected.forEach(RDD::unpersist);
                found.forEach(RDD::unpersist);
            }
            Engines.assertIdle(three);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void aShuffleOfMegabytesComesWhole(String transfer) {
        try (EngineContext engine = by(transfer).open()) {
            Map<Integer, Integer> lengths = engine.range(0, 600, 1, 6)
                    .mapToPair(x -> Pair.of((int) (x % 5), "x".repeat(10_000) + x))
                    .groupByKey(3)
                    .mapValues(texts -> {
                        int length = 0;
                        for (String text : texts) {
                            length += text.length();
                        }
                        return length;
                    })
                    .collectAsMap();

            assertThat(lengths.values().stream().mapToInt(length -> length).sum())
                    .isEqualTo(IntStream.range(0, 600)
                            .map(x -> 10_000 + String.valueOf(x).length())
                            .sum());
            assertThat(Engines.lastJob(engine).metrics().get(Metric.REMOTE_BYTES_READ))
                    .isGreaterThan(1_000_000);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void outputsOfSeveralPartsComeInOrderAndWholeAlsoWhereOnePartIsDamaged(String transfer) {
        FaultPlan damaged = FaultPlan.damaging().block("shuffle_").times(2);
        try (EngineContext engine = by(transfer).extension(damaged).open()) {
            List<String> sent = engine.range(0, 900, 1, 3)
                    .mapToPair(x -> Pair.of(0, "x".repeat(10_000) + x))
                    .partitionBy(new HashPartitioner(1))
                    .values()
                    .map(text -> text.substring(10_000))
                    .collect();

            assertThat(sent)
                    .isEqualTo(IntStream.range(0, 900).mapToObj(String::valueOf).toList());
            assertThat(damaged.fired()).isEqualTo(2);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void outputsThatLieOnDiskComeFromThere(String transfer) {
        try (EngineContext engine = by(transfer).open()) {
            long sum = engine.range(0, 30_000, 1, 3)
                    .mapToPair(x -> Pair.of(x % 1000, new long[] {x}))
                    .partitionBy(new HashPartitioner(3))
                    .filter(pair -> pair.key() > 0 || Engines.pressMemory())
                    .mapValues(value -> value[0])
                    .reduceByKey(Long::sum)
                    .values()
                    .reduce(Long::sum);

            assertThat(sum).isEqualTo(30_000L * 29_999 / 2);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void cachedBlocksOfOthersAreRead(String transfer) throws Exception {
        try (EngineContext engine =
                        by(transfer).set("favilla.locality.wait", "0ms").open();
                Gate gate = new Gate()) {
            String both = gate.name();
            RDD<List<Long>> kept =
                    engine.range(0, 1, 1, 1).map(x -> LongList.upTo(10_000)).persist(StorageLevel.MEMORY_ONLY);
            kept.count();
            RDD<Integer> sizes = kept.map(list -> Gate.pass(both, list.size()));

            // two jobs read the one block at once; only one of them can run where it lies
            Background<List<Integer>> one = Background.run(sizes::collect);
            gate.awaitArrivals(1);
            Background<List<Integer>> other = Background.run(sizes::collect);
            gate.awaitArrivals(1);
            gate.open();

            assertThat(one.result()).containsExactly(10_000);
            assertThat(other.result()).containsExactly(10_000);
            assertThat(engine.recentJobs().stream()
                            .mapToLong(job -> job.metrics().get(Metric.REMOTE_BYTES_READ))
                            .sum())
                    .isPositive();
        }
    }

    private static final class LongList {

        private LongList() {}

        static List<Long> upTo(int size) {
            List<Long> list = new ArrayList<>();
            for (long i = 0; i < size; i++) {
                list.add(i);
            }
            return list;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void largeResultsThatAreLostOrDamagedOnTheirWayAreMadeAgain(String transfer) {
        FaultPlan lost = FaultPlan.dropping().block("result_").partition(2);
        FaultPlan damaged = FaultPlan.damaging().block("result_").partition(4).times(2);
        try (EngineContext engine = by(transfer).extension(lost.and(damaged)).open()) {
            List<byte[]> results = engine.range(0, 6, 1, 6)
                    .map(x -> filled((int) (x * 1_000_000), x.byteValue()))
                    .collect();

            assertThat(results).hasSize(6);
            for (int i = 0; i < 6; i++) {
                assertThat(results.get(i)).isEqualTo(filled(i * 1_000_000, (byte) i));
            }
            assertThat(lost.fired()).isEqualTo(1);
            assertThat(damaged.fired()).isEqualTo(2);
            assertThat(Engines.lastJob(engine).stages().get(0).attempts()).isEqualTo(6 + 3);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aLargeResultThatNeverArrivesFailsItsJobWhichSaysSo() {
        FaultPlan damaged = FaultPlan.damaging().block("result_").always();
        try (EngineContext engine = by("memory").extension(damaged).open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 2, 1, 2)
                            .map(x -> filled(2 << 20, (byte) 1))
                            .collect())
                    .withMessageContainingAll(
                            "The result of task", "2.0 MiB, was lost on its way to the driver", "4 times");
            Engines.assertUsable(engine);
        }
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void broadcastsComeFromTheDriverWhole(String transfer) {
        try (EngineContext engine = by(transfer).open()) {
            List<Long> original = LongList.upTo(200_000);
            Broadcast<List<Long>> numbers = engine.broadcast(original);

            assertThat(engine.range(0, 9, 1, 9)
                            .map(x ->
                                    numbers.value().hashCode() + numbers.value().size())
                            .distinct()
                            .collect())
                    .containsExactly(original.hashCode() + original.size());

            numbers.destroy();
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 9, 1, 9)
                            .map(x -> numbers.value().size())
                            .collect())
                    .withMessageContainingAll("Broadcast(", "destroy");
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void executorsThatAreLostInTheMiddleAreNobodysFailure(String transfer) {
        for (FaultSite site : List.of(FaultSite.TASK_START, FaultSite.FETCH, FaultSite.RECORDS)) {
            FaultPlan fault = FaultPlan.losingAnother(true).at(site).stage(1).times(3);
            try (EngineContext engine = by(transfer)
                    .set("favilla.task.maxFailures", "1")
                    .extension(fault)
                    .open()) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isPositive();
                Engines.assertUsable(engine);
            }
        }
    }

    /** Can be written by map tasks, where it stays an object, and not for another executor. */
    static final class Stubborn implements Serializable {

        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new IOException("not for you");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "tcp", "direct"})
    void aRecordThatCannotTravelFailsTheJobInTheSameWords(String transfer) {
        try (EngineContext engine = by(transfer).open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 6, 1, 3)
                            .mapToPair(x -> Pair.of(x, new Stubborn()))
                            .groupByKey(3)
                            .count())
                    .withMessageContaining("Stubborn");
            Engines.assertUsable(engine);
        }
    }

    @Test
    void settingsSayWhatIsAllowed() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> by("pigeon").open())
                .withMessageContainingAll("favilla.transfer", "pigeon", "direct, memory or tcp");
        for (String timeout : List.of("0s", "soon", "-1s")) {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() ->
                            by("tcp").set("favilla.transfer.timeout", timeout).open())
                    .withMessageContainingAll("favilla.transfer.timeout", timeout);
        }
        by(" TCP ").set("favilla.transfer.timeout", "1s").open().close();
        EngineContext.builder()
                .master("local[2]")
                .set("favilla.transfer", "tcp")
                .open()
                .close();
    }
}
