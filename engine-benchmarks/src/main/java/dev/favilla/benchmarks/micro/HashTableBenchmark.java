package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.benchmarks.workload.Data;
import java.util.HashMap;
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

/** Nanoseconds per record of combining by key on one slot, both sides of the shuffle, beside one {@link HashMap}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HashTableBenchmark {

    private static final int RECORDS = 1_000_000;

    @Param({"1000", "100000", "1000000"})
    long keys;

    private EngineContext engine;
    private PairRDD<Long, Long> longs;
    private PairRDD<String, Long> strings;

    @Setup
    public void open() {
        engine = EngineContext.open("local[1]");
        long most = keys;
        longs = engine.range(0, RECORDS, 1, 1)
                .mapToPair(record -> Pair.of(Data.key(record, most), record))
                .cache();
        strings = engine.range(0, RECORDS, 1, 1)
                .mapToPair(record -> Pair.of(Data.text(record, most), record))
                .cache();
        longs.count();
        strings.count();
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long reduceLongs() {
        return longs.reduceByKey(Long::sum, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long reduceStrings() {
        return strings.reduceByKey(Long::sum, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long groupLongs() {
        return longs.groupByKey(4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long hashMapOfLongs() {
        Map<Long, Long> sums = new HashMap<>();
        for (long record = 0; record < RECORDS; record++) {
            sums.merge(Data.key(record, keys), record, Long::sum);
        }
        return sums.size();
    }
}
