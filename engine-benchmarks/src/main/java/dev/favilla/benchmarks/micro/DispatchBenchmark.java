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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Microseconds of a job with nothing to do, from the call of its action to its result. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {

    @Param({"1", "2", "100", "10000"})
    int tasks;

    private EngineContext engine;
    private RDD<Long> nothing;

    @Setup
    public void open() {
        engine = EngineContext.open("local[2]");
        nothing = engine.parallelize(List.<Long>of(), tasks);
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    public long job() {
        return nothing.count();
    }

    @Benchmark
    public long jobOfANewPipeline() {
        return engine.parallelize(List.<Long>of(), tasks).map(x -> x + 1).count();
    }
}
