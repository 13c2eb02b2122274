package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"local|1", "local[1]|1", "local[3]|3", "local[2,4]|2", "local[ 2 , 4 ]|2", " local[2] |2"})
    void mastersSayHowManySlotsThereAre(String master, int slots) {
        try (EngineContext engine = EngineContext.open(master)) {
            assertThat(engine.defaultParallelism()).isEqualTo(slots);
            assertThat(engine.master()).isEqualTo(master);
        }
    }

    @Test
    void everyCoreIsASlotUnlessSaidOtherwise() {
        int cores = Runtime.getRuntime().availableProcessors();
        try (EngineContext all = EngineContext.open("local[*]");
                EngineContext local = EngineContext.local();
                EngineContext built = EngineContext.builder().open()) {
            assertThat(List.of(all, local, built))
                    .extracting(EngineContext::defaultParallelism)
                    .containsOnly(cores);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Local",
                "local[]",
                "local[0]",
                "local[-1]",
                "local[x]",
                "local[2",
                "local[2,]",
                "local[2,0]",
                "local[5000]",
                "local[99999999999999999999]",
                "local[2,99999999999]",
                "local[1.5]",
                "local[2,3,4]",
                "yarn",
                "local-cluster",
                "local-cluster[2,1]",
                "local-cluster[2,1,31]",
                "local-cluster[0,1,64]",
                "local-cluster[2,0,64]",
                "local-cluster[2,*,64]",
                "local-cluster[2,1,64m]",
                "local-cluster[2,1,64,4]",
                "local-cluster[100,100,64]",
                "local-cluster[2,1,99999999999]",
                "local[2]x",
                "local[٣,x]"
            })
    void badMastersAreRefusedWithWhatIsExpected(String master) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> EngineContext.open(master))
                .satisfies(e -> {
                    assertThat(e.value()).isEqualTo(master);
                    assertThat(e.key()).contains("master");
                    assertThat(e).hasMessageContaining("'" + master + "'").hasMessageContaining("local");
                })
                .withMessageMatching("(?s).*(expected|must be).*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host:7077", "spark:local[2]", "spark"})
    void mastersOfSparksAreRefusedWithTheModuleThatIsMissing(String master) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> EngineContext.open(master))
                .withMessageContainingAll("favilla.master", master, "dev.favilla:engine-spark", "spark-core_2.13");
    }

    @Test
    void anUnknownSettingIsRefusedWithThoseThereAre() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> EngineContext.builder().set("favilla.default.paralelism", "2"))
                .withMessageContaining("favilla.default.paralelism")
                .withMessageContaining("favilla.default.parallelism")
                .satisfies(e -> assertThat(e.value()).isEqualTo("2"));
    }

    @ParameterizedTest
    @CsvSource({
        "favilla.default.parallelism, 0",
        "favilla.default.parallelism, -3",
        "favilla.default.parallelism, 1000001",
        "favilla.default.parallelism, many",
        "favilla.default.parallelism, 1.5",
        "favilla.default.parallelism, ''",
        "favilla.task.maxFailures, 0",
        "favilla.task.maxFailures, 1001",
        "favilla.stage.maxConsecutiveAttempts, 0",
        "favilla.stage.maxAttempts, 0",
        "favilla.stage.maxAttempts, 99999999999999999999",
        "favilla.memory.bytes, 33554431",
        "favilla.memory.bytes, 31m",
        "favilla.memory.bytes, 1x",
        "favilla.memory.bytes, 9999999999g",
        "favilla.memory.bytes, 1.5g",
        "favilla.memory.bytes, -1",
        "favilla.memory.fraction, 0",
        "favilla.memory.fraction, 1.01",
        "favilla.memory.fraction, NaN",
        "favilla.memory.fraction, half",
        "favilla.memory.storageFraction, -0.1",
        "favilla.memory.storageFraction, 2",
        "favilla.local.dir, ''",
        "favilla.local.dir, '/,,/'",
        "favilla.local.dir, /no/such/directory",
        "favilla.checkpoint.dir, ''",
        "favilla.checkpoint.cleanFiles, maybe",
        "favilla.local.maxBytes, -1",
        "favilla.local.maxBytes, much",
        "favilla.listener.queueCapacity, 0",
        "favilla.listener.queueCapacity, x",
        "favilla.scheduler.mode, LIFO",
        "favilla.locality.wait, 20",
        "favilla.locality.wait, -1s",
        "favilla.locality.wait, 1d",
        "favilla.locality.wait, 99999999999999999999ms",
        "favilla.locality.wait, 9999999999999999h",
        "favilla.speculation, yes",
        "favilla.speculation.interval, 0ms",
        "favilla.speculation.multiplier, 0.9",
        "favilla.speculation.multiplier, Infinity",
        "favilla.speculation.multiplier, much",
        "favilla.speculation.quantile, 0",
        "favilla.speculation.quantile, 1.1",
        "favilla.speculation.minTaskRuntime, soon",
        "favilla.task.interruptAfter, ''",
        "favilla.task.replaceAfter, s",
        "favilla.executor.wait, 1 fortnight",
        "favilla.driver.maxResultSize, -1",
        "favilla.driver.maxResultSize, lots",
        "favilla.closure.warnBytes, 0k",
        "favilla.master, nonsense"
    })
    void badValuesAreRefusedWithKeyValueAndWhatIsAllowed(String key, String value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> {
                    EngineContext.builder().set(key, value).open().close();
                })
                .withMessageContaining("'" + value + "'")
                .withMessageContaining("expected")
                .satisfies(e -> {
                    assertThat(e.key()).isEqualTo(key);
                    assertThat(e.value()).isEqualTo(value);
                    assertThat(e).hasMessageContaining(key);
                });
    }

    @Test
    void goodValuesAreTaken() {
        try (EngineContext engine = EngineContext.builder()
                .appName("counts")
                .master("local[2,3]")
                .memory(64L << 20)
                .set("favilla.default.parallelism", " 4 ")
                .set("favilla.task.maxFailures", "2")
                .set("favilla.stage.maxConsecutiveAttempts", "2")
                .set("favilla.stage.maxAttempts", "2")
                .set("favilla.memory.storageFraction", "0")
                .set("favilla.listener.queueCapacity", "1")
                .set("favilla.scheduler.mode", "fair")
                .set("favilla.locality.wait", "0ms")
                .set("favilla.speculation", "false")
                .set("favilla.speculation.interval", "1 s")
                .set("favilla.speculation.multiplier", "1.5")
                .set("favilla.speculation.quantile", "1")
                .set("favilla.speculation.minTaskRuntime", "2h")
                .set("favilla.task.interruptAfter", "1m")
                .set("favilla.task.replaceAfter", "1min")
                .set("favilla.executor.wait", "3s")
                .set("favilla.driver.maxResultSize", "0")
                .pool("reports", 2, 1)
                .open()) {
            assertThat(engine.appName()).isEqualTo("counts");
            assertThat(engine).hasToString("EngineContext(counts, local[2,3])");
            assertThat(engine.defaultParallelism()).isEqualTo(4);
            assertThat(engine.status().memory().poolBytes()).isEqualTo(64L << 20);
        }
    }

    @Test
    void aContextThatCouldNotBeOpenedDoesNotBlockTheNext() {
        EngineContext.Builder builder = EngineContext.builder().set("favilla.memory.bytes", "1");
        assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(builder::open);

        try (EngineContext engine = builder.memory(32L << 20).cores(1).open()) {
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aFailureLimitSaysHowOftenATaskIsTried() {
        try (EngineContext engine = EngineContext.builder()
                .cores(1)
                .set("favilla.task.maxFailures", "3")
                .open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1).map(x -> 1 / x).count())
                    .satisfies(e -> assertThat(e.attempts()).hasValue(3));
        }
    }

    @ParameterizedTest
    @CsvSource({"33554432, 32", "64m, 64", "64MB, 64", "65536k, 64", "65536 KiB, 64", "1g, 1024", "1GiB, 1024"})
    void sizesHaveUnits(String size, long mebibytes) {
        try (EngineContext engine = EngineContext.builder()
                .cores(1)
                .set("favilla.memory.bytes", size)
                .open()) {
            assertThat(engine.status().memory().poolBytes()).isEqualTo(mebibytes << 20);
        }
    }

    @Test
    void settingsOfTheSchedulerMakeItsPolicy() {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.SCHEDULER_MODE, "FAIR");
        values.put(Setting.LOCALITY_WAIT, "5ms");
        values.put(Setting.SPECULATION, "true");
        values.put(Setting.SPECULATION_INTERVAL, "1s");
        values.put(Setting.SPECULATION_MULTIPLIER, "2");
        values.put(Setting.SPECULATION_QUANTILE, "0.5");
        values.put(Setting.SPECULATION_MIN_TASK_RUNTIME, "3s");
        values.put(Setting.TASK_INTERRUPT_AFTER, "4s");
        values.put(Setting.TASK_REPLACE_AFTER, "1m");
        values.put(Setting.EXECUTOR_WAIT, "2h");
        values.put(Setting.DRIVER_MAX_RESULT_SIZE, "64m");
        List<PoolSpec> pools = List.of(new PoolSpec("reports", PoolMode.FAIR, 3, 1));

        assertThat(SchedulingSettings.of(values, pools))
                .isEqualTo(new SchedulingPolicy(
                        PoolMode.FAIR,
                        pools,
                        Duration.ofMillis(5),
                        new SpeculationPolicy(true, Duration.ofSeconds(1), 2, 0.5, Duration.ofSeconds(3)),
                        Duration.ofSeconds(4),
                        Duration.ofMinutes(1),
                        Duration.ofHours(2),
                        64L << 20));
        assertThat(SchedulingSettings.of(Map.of(), List.of()))
                .as("results may take a part of the heap")
                .isEqualTo(SchedulingPolicy.DEFAULT.withMaxResultBytes(
                        Runtime.getRuntime().maxMemory() / 4));
        assertThat(SchedulingSettings.of(Map.of(Setting.DRIVER_MAX_RESULT_SIZE, "0"), List.of())
                        .maxResultBytes())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPoolIsDescribedOnce() {
        EngineContext.Builder builder = EngineContext.builder().pool("reports", 2, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.pool("reports", 3, 0))
                .withMessageContaining("'reports'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.pool("other", 0, 0))
                .withMessageContaining("weight of pool other must be >= 1, got 0");
    }

    @Nested
    class IsolatedExecutors {

        @Test
        void aMasterSaysHowManyThereAreWithWhatEach() {
            try (EngineContext engine = EngineContext.open("local-cluster[ 3, 2 , 32 ]")) {
                assertThat(engine.master()).isEqualTo("local-cluster[ 3, 2 , 32 ]");
                assertThat(engine.defaultParallelism()).isEqualTo(6);
                assertThat(engine.status().memory().poolBytes()).isEqualTo(3 * (32L << 20));
                assertThat(engine.executors())
                        .extracting(executor -> executor.id().name() + " " + executor.slots())
                        .containsExactly("executor-1 2", "executor-2 2", "executor-3 2");
            }
        }

        @Test
        void aBuilderSaysTheSame() {
            try (EngineContext engine = EngineContext.builder()
                    .cores(2)
                    .executors(3)
                    .memory(32L << 20)
                    .open()) {
                assertThat(engine.master()).isEqualTo("local-cluster[3,2,32]");
                assertThat(engine.defaultParallelism()).isEqualTo(6);
            }
        }

        @Test
        void theLastOfMasterAndNumbersCounts() {
            try (EngineContext numbers = EngineContext.builder()
                            .master("local[3]")
                            .executors(1)
                            .cores(1)
                            .open();
                    EngineContext master = EngineContext.builder()
                            .executors(2)
                            .cores(2)
                            .master("local[3]")
                            .open()) {
                assertThat(numbers.master()).startsWith("local-cluster[1,1,");
                assertThat(master.master()).isEqualTo("local[3]");
            }
        }

        @Test
        void coresAndMemoryAreSharedOutUnlessSaid() {
            long alone;
            try (EngineContext engine = EngineContext.local()) {
                alone = engine.status().memory().poolBytes();
            }
            try (EngineContext engine = EngineContext.builder().executors(2).open()) {
                int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
                assertThat(engine.master()).isEqualTo("local-cluster[2," + cores + "," + (alone / 2 >> 20) + "]");
                assertThat(engine.status().memory().poolBytes()).isEqualTo(alone / 2 * 2);
            }
        }

        @Test
        void tooManyForTheHeapAreRefusedWithWhatToChange() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .executors(4096)
                            .cores(1)
                            .set("favilla.memory.fraction", "0.001")
                            .open())
                    .withMessageContainingAll("4096", "for each", "32.0 MiB", "fewer executors", "-Xmx", "memory");
        }

        @Test
        void tooLittleMemoryIsRefusedWithTheMinimum() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.open("local-cluster[2,1,31]"))
                    .withMessageContaining("must be >= 32 MiB")
                    .withMessageContaining("got 31");
        }

        @Test
        void memoryIsNotSaidTwiceDifferently() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .master("local-cluster[2,1,64]")
                            .memory(128L << 20)
                            .open())
                    .withMessageContainingAll("favilla.memory.bytes", "local-cluster[2,1,64]", "64.0 MiB");
        }

        @ParameterizedTest
        @CsvSource({"0, 1", "1, 0", "-1, 1", "4097, 1", "64, 65"})
        void numbersOutOfRangeAreRefused(int executors, int cores) {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> EngineContext.builder()
                            .executors(executors)
                            .cores(cores)
                            .memory(32L << 20)
                            .open())
                    .withMessageContaining("executors(" + executors + ").cores(" + cores + ")");
        }

        @Test
        void aTaskIsTriedFourTimesUnlessSaid() {
            try (EngineContext four = EngineContext.open("local-cluster[1,1,32]");
                    EngineContext two = EngineContext.builder()
                            .executors(1)
                            .cores(1)
                            .set("favilla.task.maxFailures", "2")
                            .open()) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> four.range(0, 1, 1, 1).map(x -> 1 / x).count())
                        .satisfies(e -> assertThat(e.attempts()).hasValue(4));
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> two.range(0, 1, 1, 1).map(x -> 1 / x).count())
                        .satisfies(e -> assertThat(e.attempts()).hasValue(2));
            }
        }
    }
}
