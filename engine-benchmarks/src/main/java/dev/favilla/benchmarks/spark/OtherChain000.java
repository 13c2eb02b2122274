package dev.favilla.benchmarks.spark;

import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;

/** Three functions that go through the operators before the measured ones do; copied under other names for more. */
final class OtherChain000 implements UnaryOperator<JavaRDD<Long>> {

    OtherChain000() {}

    @Override
    public JavaRDD<Long> apply(JavaRDD<Long> numbers) {
        return numbers.map(x -> x + 1)
                .filter(x -> x % 5 != 0)
                .flatMap(x -> List.of(x).iterator());
    }
}
