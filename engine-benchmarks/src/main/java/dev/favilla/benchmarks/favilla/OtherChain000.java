package dev.favilla.benchmarks.favilla;

import dev.favilla.RDD;
import java.util.List;
import java.util.function.UnaryOperator;

/** Three functions that go through the operators before the measured ones do; copied under other names for more. */
final class OtherChain000 implements UnaryOperator<RDD<Long>> {

    OtherChain000() {}

    @Override
    public RDD<Long> apply(RDD<Long> numbers) {
        return numbers.map(x -> x + 1).filter(x -> x % 5 != 0).flatMap(x -> List.of(x));
    }
}
