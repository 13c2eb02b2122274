package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.stats.Aggregates;
import dev.favilla.stats.MinMax;
import dev.favilla.testing.InEveryMode;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InEveryMode
class AccumulatorsTest {

    @AutoClose
    private final EngineContext local = Engines.open("local[2]");

    @AutoClose
    private final EngineContext cluster = Engines.open("local-cluster[2,1,64]");

    private EngineContext engine(boolean isolated) {
        return isolated ? cluster : local;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void numbersAreSummedInTheOrderOfPartitions(boolean isolated) {
        EngineContext engine = engine(isolated);
        DoubleAccumulator first = engine.doubleAccumulator("first");
        DoubleAccumulator second = engine.doubleAccumulator("second");
        RDD<Double> numbers = engine.range(0, 1000, 1, 7).map(x -> 1.0 / (x + 1));

        numbers.foreach(x -> first.add(x));
        numbers.foreach(x -> second.add(x));

        assertThat(first.sum()).isEqualTo(second.sum()).isPositive();
        assertThat(first.count()).isEqualTo(1000);
        assertThat(first.avg()).isEqualTo(first.value() / 1000);
        assertThat(first.isZero()).isFalse();
        assertThat(first).hasToString("DoubleAccumulator(first: " + first.sum() + ")");
        first.reset();
        assertThat(first.isZero()).isTrue();
        assertThat(first.avg()).isNaN();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valuesAreCollectedInTheOrderOfPartitionsNullAmongThem(boolean isolated) {
        EngineContext engine = engine(isolated);
        CollectionAccumulator<String> seen = engine.collectionAccumulator("seen");

        engine.range(0, 6, 1, 3).foreach(x -> seen.add(x == 2 ? null : "v" + x));

        assertThat(seen.value()).containsExactly("v0", "v1", null, "v3", "v4", "v5");
        List<String> before = seen.value();
        seen.reset();
        assertThat(before).hasSize(6);
        assertThat(seen.isZero()).isTrue();
        assertThatThrownBy(() -> before.add("x")).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anyAggregateCanBeOne(boolean isolated) {
        EngineContext engine = engine(isolated);
        AggregateAccumulator<Long, MinMax<Long>> range = engine.accumulator("range", Aggregates.<Long>minMax());

        assertThat(range.value()).isNull();
        assertThat(range.isZero()).isTrue();
        engine.range(5, 50, 1, 4).foreach(x -> range.add(x));
        engine.range(0, 0).foreach(x -> range.add(x));

        assertThat(range.value()).isEqualTo(new MinMax<>(5L, 49L));
        range.add(100L);
        assertThat(range.value()).isEqualTo(new MinMax<>(5L, 100L));
        range.reset();
        assertThat(range.value()).isNull();
    }

    @Test
    void anAggregateThatThrowsFailsTheTaskAndTheReader() {
        AggregateAccumulator<Long, Long> sum = local.accumulator("sum", Aggregates.<Long>summingLong(x -> x));

        assertThatThrownBy(
                        () -> local.parallelize(List.of(Long.MAX_VALUE, 1L), 1).foreach(x -> sum.add(x)))
                .isInstanceOf(JobFailedException.class)
                .hasRootCauseInstanceOf(ArithmeticException.class);
        assertThat(sum.isZero()).isTrue();
        local.parallelize(List.of(Long.MAX_VALUE, 1L), 2).foreach(x -> sum.add(x));
        assertThatThrownBy(sum::value).isInstanceOf(ArithmeticException.class);
    }
}
