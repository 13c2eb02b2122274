package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.EngineContext;
import dev.favilla.JobFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.example.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a cluster whose processes have Spark's classes and none of ours. */
@Timeout(300)
@ExtendWith(OnSpark.class)
class SubmitTest {

    @TempDir
    Path scratch;

    @ParameterizedTest
    @ValueSource(strings = {"client", "cluster"})
    void oneJarIsAllThatSparkSubmitNeeds(String deployMode, LoopbackCluster cluster) throws Exception {
        Path jar = OwnClasses.oneJar(scratch.resolve("report.jar"));
        Path out = scratch.resolve("out");

        String said = cluster.submit(List.of(
                "--deploy-mode", deployMode, "--class", Report.class.getName(), jar.toString(), out.toString()));

        assertThat(out.resolve("part-00000")).as(said).exists();
        assertThat(Files.readAllLines(out.resolve("part-00000")))
                .containsExactly("(shop0,166833.0)", "(shop1,166167.0)", "(shop2,166500.0)");
    }

    @Test
    void executorsWithoutOurJarsAreToldOfWithWhatToAdd(LoopbackCluster cluster) {
        SparkConf conf = new SparkConf()
                .setMaster(cluster.master())
                .setAppName("theirs")
                .set("spark.executor.extraClassPath", OwnClasses.classPathWithoutThem());
        try (JavaSparkContext spark = new JavaSparkContext(conf);
                EngineContext engine = SparkEngine.builder(spark).open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 10, 1, 2).count())
                    .withMessageContainingAll("do not have Favilla's classes", "--jars", "spark.jars");
        }
    }
}
