package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
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
                "spark://host:7077",
                "yarn",
                "local-cluster[2,1,1024]",
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
                .withMessageMatching("(?s).*(expected|must be|use local).*");
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
        "favilla.memory.bytes, 1g",
        "favilla.memory.bytes, -1",
        "favilla.memory.fraction, 0",
        "favilla.memory.fraction, 1.01",
        "favilla.memory.fraction, NaN",
        "favilla.memory.fraction, half",
        "favilla.memory.storageFraction, -0.1",
        "favilla.memory.storageFraction, 2",
        "favilla.listener.queueCapacity, 0",
        "favilla.listener.queueCapacity, x",
        "favilla.master, nonsense"
    })
    void badValuesAreRefusedWithKeyValueAndWhatIsAllowed(String key, String value) { // behaviour 363
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
                .open()) {
            assertThat(engine.appName()).isEqualTo("counts");
            assertThat(engine).hasToString("EngineContext(counts, local[2,3])");
            assertThat(engine.defaultParallelism()).isEqualTo(4);
            assertThat(engine.status().memory().poolBytes()).isEqualTo(64L << 20);
        }
    }

    @Test
    void aContextThatCouldNotBeOpenedDoesNotBlockTheNext() { // behaviour 361
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
}
