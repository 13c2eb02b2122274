package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.RDD;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds per record of narrow operators on one slot. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PipelineBenchmark {

    private static final int RECORDS = 1_000_000;

    @Param({"1", "3", "6"})
    int depth;

    private EngineContext engine;

    @Setup
    public void open() {
        engine = EngineContext.open("local[1]");
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long maps() {
        RDD<Long> numbers = engine.range(0, RECORDS, 1, 1);
        for (int operator = 0; operator < depth; operator++) {
            numbers = numbers.map(x -> x * 31 + 7);
        }
        return numbers.reduce(Long::sum);
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long filters() {
        RDD<Long> numbers = engine.range(0, RECORDS, 1, 1);
        for (int operator = 0; operator < depth; operator++) {
            numbers = numbers.filter(x -> (x & 15) != 3);
        }
        return numbers.count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long flatMaps() {
        RDD<Long> numbers = engine.range(0, RECORDS, 1, 1);
        for (int operator = 0; operator < depth; operator++) {
            numbers = numbers.flatMap(x -> List.of(x));
        }
        return numbers.count();
    }
}
