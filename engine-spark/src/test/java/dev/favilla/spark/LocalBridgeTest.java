package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.EngineContext;
import dev.favilla.InvalidSettingException;
import dev.favilla.JobCancelledException;
import dev.favilla.Pair;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnSpark.class)
class LocalBridgeTest {

    @Nested
    @TestInstance(Lifecycle.PER_CLASS)
    class InThisProcess extends BridgeContract {

        private EngineContext engine;

        @BeforeAll
        void open() {
            engine = EngineContext.open("spark:local[2,3]");
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
            return 3;
        }

        @Test
        void cancelledJobsTellTheReason() {
            engine.setJobGroup("slow", "waits");
            var running = engine.range(0, 4, 1, 4).map(LocalBridgeTest::forever).countAsync();
            engine.clearJobGroup();

            engine.cancelJobGroup("slow", "nobody wants it");

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(running::get)
                    .withCauseInstanceOf(JobCancelledException.class)
                    .withStackTraceContaining("nobody wants it");
        }

        @Test
        void aSecondContextOnSparkIsRefusedWithWhatToDo() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> EngineContext.open("spark:local[1]"))
                    .withMessageContaining("SparkEngine.builder");
        }
    }

    private static long forever(long x) throws InterruptedException {
        while (true) {
            if (org.apache.spark.TaskContext.get().isInterrupted()) {
                throw new InterruptedException("told to stop at " + x);
            }
            Thread.onSpinWait();
        }
    }

    @Nested
    class Opening {

        @Test
        void aMasterThatDoesNotAnswerIsNamed() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> EngineContext.open("spark://127.0.0.1:1"))
                    .withMessageContainingAll("No Spark master answers", "127.0.0.1:1", "start-master.sh");
        }

        @Test
        void strictModeIsRefused() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .master("spark:local[1]")
                            .strict()
                            .open())
                    .withMessageContaining("local master");
        }

        @Test
        void settingsThatSparkHasItsOwnForAreRefused() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .master("spark:local[1]")
                            .set("favilla.task.maxFailures", "2")
                            .open())
                    .withMessageContaining("Spark");
        }

        @Test
        void poolsAreRefusedWithHowSparkIsToldOfThem() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .master("spark:local[1]")
                            .pool("reports", 2, 1)
                            .open())
                    .withMessageContainingAll("reports", "spark.scheduler.mode", "spark.scheduler.allocation.file");
        }

        @Test
        void registrationsOfKryoTravel() {
            try (EngineContext engine = EngineContext.builder()
                    .master("spark:local[1]")
                    .registerKryo(kryo -> kryo.register(BridgeContract.Reading.class))
                    .open()) {
                assertThat(engine.range(0, 4, 1, 2)
                                .map(x -> new BridgeContract.Reading("s" + x % 2, x))
                                .keyBy(BridgeContract.Reading::sensor)
                                .countByKey())
                        .isEqualTo(Map.of("s0", 2L, "s1", 2L));
            }
        }

        @Test
        void withoutSubmittingTheMasterMustBeNamed() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> EngineContext.open("spark"))
                    .withMessageContaining("spark-submit");
        }

        @Test
        void contextsRunBesideOthersOnAContextOfSparks() {
            SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("theirs");
            try (JavaSparkContext spark = new JavaSparkContext(conf)) {
                try (EngineContext one = SparkEngine.builder(spark).open();
                        EngineContext other = SparkEngine.builder(spark).open()) {
                    assertThat(one.range(0, 10)
                                    .mapToPair(x -> Pair.of(x % 2, 1))
                                    .reduceByKey(Integer::sum, 2)
                                    .collectAsMap())
                            .isEqualTo(other.range(0, 10)
                                    .mapToPair(x -> Pair.of(x % 2, 1))
                                    .reduceByKey(Integer::sum, 2)
                                    .collectAsMap());
                }
                assertThat(spark.parallelize(List.of(1, 2, 3)).count()).isEqualTo(3);
            }
        }
    }

    @Nested
    class Versions {

        @Test
        void withoutSparkTheDependencyIsNamed() {
            assertThat(SparkVersions.problem(Optional.empty(), Optional.of("2.13.18")))
                    .hasValueSatisfying(text -> assertThat(text).contains("org.apache.spark:spark-core_2.13:4.2.0"));
            assertThatIllegalStateException()
                    .isThrownBy(() -> SparkVersions.requireSupported(ClassLoader.getPlatformClassLoader()))
                    .withMessageContaining("no Apache Spark on the class path");
        }

        @Test
        void otherVersionsAreNamedWithThoseThatAreSupported() {
            assertThat(SparkVersions.problem(Optional.of("3.4.1"), Optional.of("2.13.8")))
                    .isPresent();
            assertThat(SparkVersions.problem(Optional.of("3.5.9"), Optional.of("2.12.18")))
                    .isPresent();
            assertThat(SparkVersions.problem(Optional.of("3.5.9"), Optional.of("2.13.8")))
                    .isEmpty();
            assertThat(SparkVersions.problem(Optional.of("4.2.0"), Optional.of("2.13.18")))
                    .isEmpty();
        }
    }
}
