package dev.favilla.benchmarks.streams;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Three functions that go through the operations before the measured ones do; copied under other names for more. */
final class OtherChain000 implements UnaryOperator<Stream<Long>> {

    OtherChain000() {}

    @Override
    public Stream<Long> apply(Stream<Long> numbers) {
        return numbers.map(x -> x + 1).filter(x -> x % 5 != 0).flatMap(x -> Stream.of(x));
    }
}
