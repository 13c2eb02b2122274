package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.OraclePipeline.Size;
import dev.favilla.OracleStep.Promise;
import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.TestSeed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a thousand random pipelines say what plain lists say, and the same bits on one executor, on three with chains of
 * classes of their own, and, over TCP, where memory is short: over nulls, crowded hashes, skew, empty partitions and records
 * that are used again.
 */
@Timeout(300)
class OraclePipelineTest {

    private static final int PIPELINES = Integer.getInteger("favilla.oracle.pipelines", 1200);
    private static final int LARGE_PIPELINES = Math.max(10, PIPELINES / 100);
    private static final int STRICT_PIPELINES = Math.max(10, PIPELINES / 5);
    private static final int TRIES = 400;
    private static final long MIB = 1L << 20;

    private static final Comparator<Pair<Long, Long>> NUMBERS = Comparator.comparing(
                    (Pair<Long, Long> pair) -> pair.key(), PlainLists.NULLS_FIRST)
            .thenComparing(Pair::value, PlainLists.NULLS_FIRST);
    private static final Ordering<Pair<Token, Token>> TOKENS =
            (left, right) -> NUMBERS.compare(Token.numbers(left), Token.numbers(right));

    @TempDir
    Path scratch;

    /** @param after how many records chains of operators get classes of their own */
    private static EngineContext specialized(String master, String after) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.pipeline.specialize", after)
                .open();
    }

    private static List<List<Pair<Long, Long>>> plain(PairRDD<Token, Token> dataset) {
        return Engines.partitionsOf(dataset.map(Token::numbers));
    }

    /** Where pipelines run, the first one twice, and what is done to their sources. */
    private record Places(List<EngineContext> engines, UnaryOperator<PairRDD<Token, Token>> afterSource) {}

    private void run(OraclePipeline pipeline, Places places) throws IOException {
        List<List<Pair<Long, Long>>> result = null;
        for (EngineContext engine : places.engines()) {
            if (engine.getCheckpointDir().isEmpty()) {
                engine.setCheckpointDir(scratch.toString());
            }
            List<PairRDD<Token, Token>> datasets = pipeline.datasets(engine, scratch, places.afterSource());
            PairRDD<Token, Token> last = datasets.get(datasets.size() - 1);
            List<List<Pair<Long, Long>>> after = plain(last);
            if (result == null) {
                result = after;
                pipeline.check(
                        pipeline.needsTheStepBefore() ? plain(datasets.get(datasets.size() - 2)) : List.of(), after);
                after = plain(last); // from what was kept
                checkActions(last, PlainLists.flat(after));
            }
            assertThat(after).as("in %s", engine).isEqualTo(result);
            datasets.forEach(RDD::unpersist);
        }
    }

    /** What asks for a part of the records, or for one thing of all, agrees with the list of them. */
    private static void checkActions(PairRDD<Token, Token> dataset, List<Pair<Long, Long>> records) {
        int some = 1 + records.size() / 3;
        assertThat(dataset.count()).as("count").isEqualTo(records.size());
        assertThat(dataset.isEmpty()).as("isEmpty").isEqualTo(records.isEmpty());
        assertThat(numbers(dataset.take(some)))
                .as("take(%s)", some)
                .isEqualTo(records.subList(0, Math.min(some, records.size())));
        List<Pair<Long, Long>> sorted = PlainLists.sorted(records, NUMBERS);
        assertThat(numbers(dataset.takeOrdered(some, TOKENS)))
                .as("takeOrdered(%s)", some)
                .isEqualTo(sorted.subList(0, Math.min(some, records.size())));
        Long sum = null;
        for (Pair<Long, Long> record : records) {
            sum = PlainLists.added(sum, record.value());
        }
        assertThat(Token.number(dataset.values().fold(null, Token::addedInPlace)))
                .as("fold")
                .isEqualTo(sum);
    }

    private static List<Pair<Long, Long>> numbers(List<Pair<Token, Token>> pairs) {
        return pairs.stream().map(Token::numbers).toList();
    }

    private boolean fails(OraclePipeline pipeline, Places places) {
        try {
            pipeline.expected();
            run(pipeline, places);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (PlainLists.TooManyException e) {
            return false; // nobody knows
        } catch (AssertionError | RuntimeException e) {
            return true;
        }
    }

    private void runOrShrink(OraclePipeline pipeline, Places places, String name) throws IOException {
        try {
            run(pipeline, places);
        } catch (AssertionError | RuntimeException e) {
            if (Thread.currentThread().isInterrupted() || e instanceof JobCancelledException) {
                throw e; // out of time
            }
            OraclePipeline smallest = pipeline.shrunk(smaller -> fails(smaller, places), TRIES);
            throw new AssertionError(name + ": " + e.getMessage() + "\nSmallest that fails: " + smallest, e);
        }
    }

    @Test
    void randomPipelinesSayWhatPlainListsSay(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        Set<String> drawn = new TreeSet<>();
        try (EngineContext one = specialized("local[2]", "false");
                EngineContext three = specialized("local-cluster[3,1,64]", "0")) {
            Places places = new Places(List.of(one, three), UnaryOperator.identity());
            for (int i = 0; i < PIPELINES; i++) {
                OraclePipeline pipeline = OraclePipeline.random(random, Size.SMALL);
                runOrShrink(pipeline, places, "pipeline " + i);
                pipeline.steps().forEach(step -> drawn.add(step.name().replaceAll("\\(.*", "")));
            }
            Engines.assertIdle(one);
            Engines.assertIdle(three);
        }
        assertThat(drawn).hasSizeGreaterThan(40);
    }

    /** Strict mode speaks of none that uses no record again, on one executor and on several. */
    @Test
    void strictModeSaysTheSameAndNothingElse(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (EngineContext one = Engines.open("local[2]");
                EngineContext strict = Engines.open("local[2] strict");
                EngineContext strictThree = Engines.open("local-cluster[3,1,64] strict")) {
            Places places = new Places(List.of(one, strict, strictThree), UnaryOperator.identity());
            for (int i = 0; i < STRICT_PIPELINES; i++) {
                runOrShrink(
                        OraclePipeline.random(random, Size.SMALL).withoutRecordsUsedAgain(),
                        places,
                        "strict pipeline " + i);
            }
            Engines.assertIdle(strict);
            Engines.assertIdle(strictThree);
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** What lies where the first operation by key wants it is combined, joined and sorted in tasks that hold most memory. */
    @Test
    void largePipelinesSayTheSameWhereMemoryIsShort(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        long spilled;
        try (EngineContext ample = EngineContext.builder()
                        .master("local[2]")
                        .memory(512 * MIB)
                        .open();
                EngineContext scarce = EngineContext.builder()
                        .master("local[2]")
                        .memory(32 * MIB)
                        .open();
                EngineContext three = EngineContext.builder()
                        .master("local-cluster[3,1,32]")
                        .set("favilla.transfer", "tcp")
                        .open()) {
            Places places = new Places(
                    List.of(ample, scarce, three),
                    dataset -> dataset.filter(record -> Engines.pressMemoryNowAndThen())
                            .partitionBy(new HashPartitioner(2))
                            .filter(record -> Engines.pressMemoryNowAndThen()));
            for (int i = 0; i < LARGE_PIPELINES; i++) {
                runOrShrink(OraclePipeline.random(random, Size.LARGE), places, "large pipeline " + i);
            }
            spilled = scarce.recentJobs().stream()
                    .mapToLong(job -> job.metrics().get(Metric.DISK_BYTES_SPILLED))
                    .sum();
            Engines.assertIdle(scarce);
            Engines.assertIdle(three);
        }
        assertThat(spilled).isPositive();
    }

    // ---------------------------------------------------------------- tests that cannot fail prove nothing

    @Test
    void whatFailsIsShrunkToWhatMakesItFail(TestSeed seed) {
        SplittableRandom random = seed.random();
        OracleStep culprit =
                new OracleStep("culprit", (dataset, side) -> dataset, (records, side) -> records, Promise.NONE);
        Pair<Long, Long> trigger = Pair.of(77L, 7L);
        for (int i = 0; i < 50; i++) {
            OraclePipeline pipeline = OraclePipeline.random(random, Size.SMALL);
            List<OracleStep> steps = new ArrayList<>(pipeline.steps());
            steps.add(random.nextInt(steps.size() + 1), culprit);
            List<Pair<Long, Long>> rows = new ArrayList<>(pipeline.rows());
            rows.add(random.nextInt(rows.size() + 1), trigger);

            OraclePipeline smallest = new OraclePipeline(
                            pipeline.source(), rows, pipeline.partitions(), pipeline.side(), steps)
                    .shrunk(
                            smaller -> smaller.steps().contains(culprit)
                                    && smaller.rows().contains(trigger),
                            10_000);

            assertThat(smallest)
                    .isEqualTo(new OraclePipeline(
                            OraclePipeline.Source.LIST, List.of(trigger), 1, List.of(), List.of(culprit)));
        }
    }

    @Test
    void aStepThatLosesARecordIsNoticed(TestSeed seed) throws IOException {
        OracleStep careless = new OracleStep(
                "careless",
                (dataset, side) -> dataset.filter(pair -> !Long.valueOf(3).equals(Token.number(pair.key()))),
                (records, side) -> records,
                Promise.NONE);
        OraclePipeline pipeline = new OraclePipeline(
                OraclePipeline.Source.RANGE,
                List.of(Pair.of(1L, 1L), Pair.of(3L, 5L), Pair.of(null, 2L)),
                2,
                List.of(),
                List.of(careless));
        try (EngineContext engine = EngineContext.open("local[2]")) {
            Places places = new Places(List.of(engine), UnaryOperator.identity());

            assertThat(fails(pipeline, places)).isTrue();
            assertThat(pipeline.shrunk(smaller -> fails(smaller, places), TRIES).rows())
                    .containsExactly(Pair.of(3L, 5L));
        }
    }
}
