package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.status.JobReport.StageReport;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one partition has left is the result of a reduce, and nobody merges it. */
class ReducingOnePartitionTest {

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void takesOneAttempt(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(engine.parallelize(List.of(1, 2, 3), 1).reduce(Integer::sum))
                    .isEqualTo(6);

            StageReport stage = Engines.lastJob(engine).stages().get(0);
            assertThat(stage.attempts()).isEqualTo(1);
            assertThat(stage.merges()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void mayGiveNullAndIsRefusedWhereThereIsNothing(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<String> texts = engine.parallelize(Arrays.asList("a", "b"), 1);

            assertThat(texts.reduce((a, b) -> null)).isNull();
            assertThatThrownBy(() -> texts.filter(x -> false).reduce((a, b) -> a))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("empty collection: reduce");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void severalPartitionsAreMergedInASlot(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(engine.parallelize(List.of(1, 2, 3), 2).reduce(Integer::sum))
                    .isEqualTo(6);

            assertThat(Engines.lastJob(engine).stages().get(0).merges()).isEqualTo(1);
        }
    }
}
