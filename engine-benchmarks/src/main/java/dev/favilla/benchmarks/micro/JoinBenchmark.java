package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.benchmarks.workload.Data;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** Nanoseconds per record of both sides of joining what is cached, on one slot, beside one {@link HashMap}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JoinBenchmark {

    private static final int RECORDS = 500_000;

    @Param({"1000", "100000", "500000"})
    long keys;

    private EngineContext engine;
    private PairRDD<Long, Long> left;
    private PairRDD<Long, Long> right;
    private List<Pair<Long, Long>> leftList;
    private List<Pair<Long, Long>> rightList;

    @Setup
    public void open() {
        engine = EngineContext.open("local[1]");
        long most = keys;
        left = engine.range(0, RECORDS, 1, 1)
                .mapToPair(record -> Pair.of(Data.key(record, most), record))
                .cache();
        right = engine.range(0, most, 1, 1)
                .mapToPair(record -> Pair.of(Data.numbered(record), record))
                .cache();
        leftList = left.collect();
        rightList = right.collect();
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long join() {
        return left.join(right, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long joinBroadcast() {
        return left.joinBroadcast(right).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long cogroup() {
        return left.cogroup(right, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long hashMap() {
        Map<Long, Long> table = new HashMap<>();
        for (Pair<Long, Long> row : rightList) {
            table.put(row.key(), row.value());
        }
        long found = 0;
        for (Pair<Long, Long> row : leftList) {
            if (table.get(row.key()) != null) {
                found++;
            }
        }
        return found;
    }
}
