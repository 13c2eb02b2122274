package dev.favilla.benchmarks.streams;

import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.ClassCopies;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Steps;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Chains of stream operations, in a JVM that has seen many other functions. */
final class StreamChains {

    /** Three functions in each, so 201 in all. */
    private static final int OTHERS = 67;

    private static final int OTHER_RECORDS = 20_000;

    private StreamChains() {}

    static Job prepare(Chain work) throws ReflectiveOperationException {
        List<UnaryOperator<Stream<Long>>> others = ClassCopies.of(OtherChain000.class, OTHERS, MethodHandles.lookup());
        for (UnaryOperator<Stream<Long>> other : others) {
            other.apply(numbers(OTHER_RECORDS)).reduce(0L, Long::sum);
        }
        return () -> upTo(work.operators(), numbers(work.records())).reduce(0L, Long::sum);
    }

    private static Stream<Long> numbers(long records) {
        return LongStream.range(0, records).parallel().boxed();
    }

    private static Stream<Long> upTo(int operators, Stream<Long> numbers) {
        Stream<Long> one = numbers.map(Steps::map1);
        if (operators == 1) {
            return one;
        }
        Stream<Long> three = one.filter(Steps::keep2).map(Steps::map3);
        if (operators == 3) {
            return three;
        }
        Stream<Long> six = three.flatMap(x -> Stream.of(x, Steps.twin4(x)))
                .filter(Steps::keep5)
                .map(Steps::map6);
        if (operators == 6) {
            return six;
        }
        return six.map(Steps::map7)
                .filter(Steps::keep8)
                .map(Steps::map9)
                .flatMap(x -> Stream.of(x, Steps.twin10(x)))
                .filter(Steps::keep11)
                .map(Steps::map12);
    }
}
