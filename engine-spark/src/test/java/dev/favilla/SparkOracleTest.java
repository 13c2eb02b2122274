package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.OraclePipeline.Size;
import dev.favilla.spark.LoopbackCluster;
import dev.favilla.spark.OnSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Random pipelines give the same partitions, with the same records in the same order, here and on Spark. */
@Timeout(600)
@ExtendWith(OnSpark.class)
class SparkOracleTest {

    private static final long SEED = Long.getLong("favilla.oracle.seed", 20261129L);
    private static final int IN_THIS_PROCESS = Integer.getInteger("favilla.oracle.spark", 150);
    private static final int ON_THE_CLUSTER = Integer.getInteger("favilla.oracle.cluster", 40);

    @TempDir
    Path scratch;

    @Test
    void sparkInThisProcessGivesTheSameAsTheEngineItself() throws IOException {
        compare("spark:local[2]", IN_THIS_PROCESS, new SplittableRandom(SEED));
    }

    @Test
    void twoWorkersGiveTheSameAsTheEngineItself(LoopbackCluster cluster) throws IOException {
        compare(cluster.master(), ON_THE_CLUSTER, new SplittableRandom(SEED + 1));
    }

    private void compare(String master, int pipelines, SplittableRandom random) throws IOException {
        Set<String> drawn = new TreeSet<>();
        try (EngineContext here = open("local[2]");
                EngineContext spark = open(master)) {
            for (int i = 0; i < pipelines; i++) {
                OraclePipeline pipeline = OraclePipeline.random(random, Size.SMALL);
                assertThat(partitions(pipeline, spark))
                        .as("pipeline %s of seed %s: %s", i, SEED, pipeline)
                        .isEqualTo(partitions(pipeline, here));
                pipeline.steps().forEach(step -> drawn.add(step.name().replaceAll("\\(.*", "")));
            }
        }
        assertThat(drawn).hasSizeGreaterThan(30);
    }

    private EngineContext open(String master) {
        EngineContext engine = EngineContext.open(master);
        engine.setCheckpointDir(scratch.toString());
        return engine;
    }

    private List<List<Pair<Long, Long>>> partitions(OraclePipeline pipeline, EngineContext engine) throws IOException {
        List<PairRDD<Token, Token>> datasets = pipeline.datasets(engine, scratch, UnaryOperator.identity());
        PairRDD<Token, Token> last = datasets.get(datasets.size() - 1);
        List<List<Pair<Long, Long>>> partitions = Engines.partitionsOf(last.map(Token::numbers));
        assertThat(Engines.partitionsOf(last.map(Token::numbers)))
                .as("the same from what is kept, in %s", engine)
                .isEqualTo(partitions);
        datasets.forEach(RDD::unpersist);
        return partitions;
    }
}
