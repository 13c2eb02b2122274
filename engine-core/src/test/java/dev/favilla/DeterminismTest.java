package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random pipelines against a plain evaluator over lists, and against themselves: the same bits for one slot, for many,
 * and when the first attempt at everything fails.
 */
@InEveryMode
@Timeout(100)
class DeterminismTest {

    private static final int PIPELINES = 60;

    @TempDir
    Path scratch;

    private List<Pair<Integer, Long>> run(RandomPipeline pipeline, EngineContext engine) throws IOException {
        return RandomPipeline.last(pipeline.datasets(engine, scratch)).collect();
    }

    private List<Pair<Integer, Long>> runFailing(RandomPipeline pipeline, EngineContext engine) throws IOException {
        PairRDD<Integer, Long> last = RandomPipeline.last(pipeline.datasets(
                engine, scratch, dataset -> dataset.mapValues(value -> Engines.notInFirstAttempt(value))));
        return PairRDD.of(last.mapPartitions(
                        records -> {
                            Engines.notInFirstAttempt(""); // a task without records would not fail
                            return records;
                        },
                        true))
                .collect();
    }

    @Test
    void randomPipelinesAgreeWithPlainListsAndWithThemselvesBitForBit(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        try (EngineContext retrying = Engines.open("local[2,2]"); // the first: on Spark, it says for all how often
                EngineContext one = Engines.open("local[1]");
                EngineContext two = Engines.open("local[2]");
                EngineContext seven = Engines.open("local[7]")) {
            for (int i = 0; i < PIPELINES; i++) {
                RandomPipeline pipeline = RandomPipeline.random(random);
                List<Pair<Integer, Long>> result = run(pipeline, one);

                assertThat(RandomPipeline.multiset(result))
                        .as("pipeline %s", i)
                        .isEqualTo(RandomPipeline.last(pipeline.expected()));
                assertThat(run(pipeline, two)).as("pipeline %s, two slots", i).isEqualTo(result);
                assertThat(run(pipeline, seven))
                        .as("pipeline %s, seven slots", i)
                        .isEqualTo(result);
                assertThat(runFailing(pipeline, retrying))
                        .as("pipeline %s, retried", i)
                        .isEqualTo(result);
            }
            for (EngineContext engine : List.of(one, two, seven, retrying)) {
                Engines.assertIdle(engine);
            }
        }
    }

    @Test
    void sumsOfDoublesHaveTheSameBitsInEveryRun() {
        List<Map<Long, Double>> results = new ArrayList<>();
        for (String master : List.of("local[1]", "local[2]", "local[7]", "local[2]")) {
            try (EngineContext engine = Engines.open(master)) {
                results.add(engine.range(0, 20_000, 1, 13)
                        .mapToPair(x -> Pair.of(x % 17, Math.sin(x) * 1e10 / (x + 1)))
                        .reduceByKey(Double::sum, 5)
                        .collectAsMap());
            }
        }

        assertThat(new HashSet<>(results)).hasSize(1);
    }
}
