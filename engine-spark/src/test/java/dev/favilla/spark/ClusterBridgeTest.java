package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a master and two workers, each in a JVM of its own. */
@Timeout(300)
@ExtendWith(OnSpark.class)
@TestInstance(Lifecycle.PER_CLASS)
class ClusterBridgeTest extends BridgeContract {

    private LoopbackCluster cluster;
    private EngineContext engine;

    @BeforeAll
    void open(LoopbackCluster shared) {
        cluster = shared;
        engine = EngineContext.open(shared.master());
    }

    @AfterAll
    void close() {
        engine.close();
    }

    @Override
    EngineContext engine() {
        return engine;
    }

    @Override
    int attemptsOfATask() {
        return 4;
    }

    @Test
    void whatAKilledWorkerHadIsComputedAgain() {
        PairRDD<Long, Long> sums = engine.range(0, 10_000, 1, 8)
                .map(x -> x + 1)
                .cache()
                .mapToPair(x -> Pair.of(x % 100, x))
                .reduceByKey(Long::sum, 4);
        List<Pair<Long, Long>> before = sums.collect();

        cluster.killNewestWorker();
        List<Pair<Long, Long>> after = sums.mapValues(x -> x).collect();
        cluster.startWorker();

        assertThat(after).isEqualTo(before).hasSize(100);
    }
}
