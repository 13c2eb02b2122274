package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of random pipelines say what plain lists say, and the same bits on one executor and on three: over nulls,
 * crowded hashes, skew, empty partitions and records that are used again.
 */
@Timeout(300)
class OraclePipelineTest {

    private static final int PIPELINES = Integer.getInteger("favilla.oracle.pipelines", 1500);
    private static final int TRIES = 400;

    @TempDir
    Path scratch;

    private static List<List<Pair<Long, Long>>> plain(PairRDD<Token, Token> dataset) {
        return Engines.partitionsOf(dataset.map(Token::numbers));
    }

    /** Runs {@code pipeline} in both, the second time from what it has kept, and checks all that must hold. */
    private void run(OraclePipeline pipeline, EngineContext one, EngineContext three) throws IOException {
        List<PairRDD<Token, Token>> datasets = pipeline.datasets(one, scratch, UnaryOperator.identity());
        PairRDD<Token, Token> last = datasets.get(datasets.size() - 1);
        List<List<Pair<Long, Long>>> after = plain(last);
        pipeline.check(
                pipeline.needsTheStepBefore() ? plain(datasets.get(datasets.size() - 2)) : List.of(), after);
        assertThat(plain(last)).as("again").isEqualTo(after);
        List<PairRDD<Token, Token>> others = pipeline.datasets(three, scratch, UnaryOperator.identity());
        assertThat(plain(others.get(others.size() - 1)))
                .as("on three executors")
                .isEqualTo(after);
        datasets.forEach(RDD::unpersist);
        others.forEach(RDD::unpersist);
    }

    private boolean fails(OraclePipeline pipeline, EngineContext one, EngineContext three) {
        try {
            run(pipeline, one, three);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (AssertionError | RuntimeException e) {
            return true;
        }
    }

    @Test
    void randomPipelinesSayWhatPlainListsSay(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        Set<String> drawn = new TreeSet<>();
        try (EngineContext one = EngineContext.open("local[2]");
                EngineContext three = EngineContext.open("local-cluster[3,1,64]")) {
            for (int i = 0; i < PIPELINES; i++) {
                OraclePipeline pipeline = OraclePipeline.random(random, OraclePipeline.Size.SMALL);
                try {
                    run(pipeline, one, three);
                } catch (AssertionError | RuntimeException e) {
                    OraclePipeline smallest = pipeline.shrunk(smaller -> fails(smaller, one, three), TRIES);
                    throw new AssertionError(
                            "pipeline " + i + ": " + e.getMessage() + "\nSmallest that fails: " + smallest, e);
                }
                pipeline.steps().forEach(step -> drawn.add(step.name().replaceAll("\\(.*", "")));
            }
            Engines.assertIdle(one);
            Engines.assertIdle(three);
        }
        assertThat(drawn).hasSizeGreaterThan(30);
    }
}
