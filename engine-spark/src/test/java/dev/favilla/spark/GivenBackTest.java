package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.RDD;
import java.time.Duration;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(300)
@ExtendWith(OnSpark.class)
class GivenBackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aContextThatIsClosedLeavesNothingInTheExecutorsOfOneThatStays(LoopbackCluster cluster) {
        SparkConf conf = new SparkConf().setMaster(cluster.master()).setAppName("theirs");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            try (EngineContext engine = SparkEngine.builder(spark).open()) {
                Broadcast<Long> one = engine.broadcast(1L);
                RDD<Long> kept =
                        engine.range(0, 100, 1, 8).map(x -> x + one.value()).cache();
                assertThat(kept.map(x -> x % 10).distinct().count()).isEqualTo(10);
                assertThat(homes(spark)).contains(1);
                assertThat(spark.getPersistentRDDs()).hasSize(1);
            }

            awaitNoHomes(spark);
            assertThat(homes(spark)).containsOnly(0);
            assertThat(spark.getPersistentRDDs()).isEmpty();
        }
    }

    /** Spark tells its executors in the background what they are to drop. */
    private static void awaitNoHomes(JavaSparkContext spark) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (homes(spark).stream().anyMatch(count -> count > 0) && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private static List<Integer> homes(JavaSparkContext spark) {
        return spark.parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8)
                .map(x -> ExecutorHome.count())
                .collect();
    }
}
