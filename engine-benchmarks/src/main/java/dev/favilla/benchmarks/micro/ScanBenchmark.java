package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.benchmarks.workload.Data;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds per record of going over what is cached, on one slot, beside a loop over a list of the same objects. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ScanBenchmark {

    private static final int RECORDS = 2_000_000;

    private EngineContext engine;
    private RDD<Long> numbers;
    private PairRDD<Long, Long> pairs;
    private List<Long> listOfNumbers;
    private List<Pair<Long, Long>> listOfPairs;

    @Setup
    public void open() {
        engine = EngineContext.open("local[1]");
        numbers = engine.range(0, RECORDS, 1, 1).map(Data::mix).cache();
        pairs = numbers.mapToPair(number -> Pair.of(number, number >>> 1)).cache();
        listOfNumbers = numbers.collect();
        listOfPairs = pairs.collect();
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long numbers() {
        return numbers.filter(number -> (number & 3) != 0).reduce(Long::sum);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long pairs() {
        return pairs.values().reduce(Long::sum);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long loopOverNumbers() {
        long sum = 0;
        for (Long number : listOfNumbers) {
            if ((number & 3) != 0) {
                sum += number;
            }
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long loopOverPairs() {
        long sum = 0;
        for (Pair<Long, Long> pair : listOfPairs) {
            sum += pair.value();
        }
        return sum;
    }
}
