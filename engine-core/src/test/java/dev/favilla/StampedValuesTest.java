package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.StampedShape.Stamped;
import dev.favilla.fault.FaultSite;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which class a value is of makes no difference to whether two versions of it are told apart. */
@InEveryMode
@NotIn(value = TestMode.SPARK, because = "the fault is put into an executor of our own, of which there is none")
@Timeout(120)
class StampedValuesTest {

    private static final int PARTITIONS = 4;

    private static EngineContext open(FaultPlan fault) {
        return Engines.builder("local[1]")
                .set("favilla.task.maxFailures", "1")
                .extension(fault)
                .open();
    }

    /** One output is lost when two of three reducers are done. */
    private static FaultPlan lostLate() {
        return FaultPlan.dropping().stage(1).stageAttempt(0).partition(2).block("shuffle_0_1_");
    }

    private static void assertNoMix(List<Stamped> records) {
        Map<Integer, Set<Long>> stamps = records.stream()
                .collect(Collectors.groupingBy(
                        Stamped::partition, Collectors.mapping(Stamped::stamp, Collectors.toSet())));
        assertThat(stamps).hasSize(PARTITIONS);
        assertThat(stamps.values()).allSatisfy(ofOne -> assertThat(ofOne).hasSize(1));
    }

    @ParameterizedTest
    @EnumSource
    void anOutputThatIsMadeAgainAndDiffersIsNotMixedWithTheFirst(StampedValue value) {
        for (StampedShape shape :
                List.of(StampedShape.PARTITION_BY, StampedShape.AGGREGATED_INTO_LISTS, StampedShape.IN_KEYS)) {
            FaultPlan fault = lostLate();
            try (EngineContext engine = open(fault)) {
                List<Stamped> records = shape.over(
                                value,
                                StampedShape.source(
                                        engine,
                                        PARTITIONS,
                                        value,
                                        () -> ThreadLocalRandom.current().nextLong()))
                        .collect();

                assertThat(fault.fired()).isEqualTo(1);
                assertNoMix(records);
                Engines.assertUsable(engine);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCachedPartitionThatIsMadeAgainAndDiffersIsNotMixedWithTheFirst(StampedValue value) {
        for (StampedShape shape : List.of(StampedShape.CACHED_BEFORE, StampedShape.CACHED_BEFORE_AS_BYTES)) {
            FaultPlan fault =
                    FaultPlan.failing().at(FaultSite.CACHE_READ).stage(1).partition(3 + 1);
            try (EngineContext engine = open(fault)) {
                List<Stamped> records = shape.over(
                                value,
                                StampedShape.source(
                                        engine,
                                        PARTITIONS,
                                        value,
                                        () -> ThreadLocalRandom.current().nextLong()))
                        .collect();

                assertThat(fault.fired()).isEqualTo(1);
                assertNoMix(records);
                Engines.assertUsable(engine);
            }
        }
    }

    /** An action that cannot be taken back fails where anything that was read counts as changed. */
    @ParameterizedTest
    @EnumSource
    void anOutputThatIsMadeAgainAndIsTheSameCountsAsTheSame(StampedValue value) {
        for (StampedShape shape : List.of(
                StampedShape.PARTITION_BY,
                StampedShape.CACHED_BEFORE,
                StampedShape.CACHED_BEFORE_AS_BYTES,
                StampedShape.AGGREGATED_INTO_LISTS)) {
            FaultPlan fault = lostLate();
            try (EngineContext engine = open(fault)) {
                shape.over(value, StampedShape.source(engine, PARTITIONS, value, () -> 42))
                        .foreach(record -> {});

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).stages().get(0).attempts()).isEqualTo(PARTITIONS + 1);
                Engines.assertUsable(engine);
            }
        }
    }
}
