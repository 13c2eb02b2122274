package dev.favilla.benchmarks.favilla;

import dev.favilla.EngineContext;
import dev.favilla.RDD;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.ClassCopies;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Steps;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.function.UnaryOperator;

/** Chains of narrow operators, in a JVM that has seen many other functions. */
final class Chains {

    /** Three functions in each, so 201 in all. */
    private static final int OTHERS = 67;

    private static final int OTHER_RECORDS = 20_000;

    private Chains() {}

    static Job prepare(EngineContext engine, Chain work) throws ReflectiveOperationException {
        List<UnaryOperator<RDD<Long>>> others = ClassCopies.of(OtherChain000.class, OTHERS, MethodHandles.lookup());
        for (UnaryOperator<RDD<Long>> other : others) {
            other.apply(engine.range(0, OTHER_RECORDS, 1, 2)).reduce(Long::sum);
        }
        return () -> upTo(work.operators(), engine.range(0, work.records(), 1, work.partitions()))
                .reduce(Long::sum);
    }

    private static RDD<Long> upTo(int operators, RDD<Long> numbers) {
        RDD<Long> one = numbers.map(Steps::map1);
        if (operators == 1) {
            return one;
        }
        RDD<Long> three = one.filter(Steps::keep2).map(Steps::map3);
        if (operators == 3) {
            return three;
        }
        RDD<Long> six = three.flatMap(x -> List.of(x, Steps.twin4(x)))
                .filter(Steps::keep5)
                .map(Steps::map6);
        if (operators == 6) {
            return six;
        }
        return six.map(Steps::map7)
                .filter(Steps::keep8)
                .map(Steps::map9)
                .flatMap(x -> List.of(x, Steps.twin10(x)))
                .filter(Steps::keep11)
                .map(Steps::map12);
    }
}
