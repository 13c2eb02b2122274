package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.RDD;
import dev.favilla.benchmarks.workload.Data;
import java.util.Arrays;
import java.util.Comparator;
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

/** Nanoseconds per record of sorting what is cached on one slot, sampling and both sides of the shuffle, beside an array. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SortBenchmark {

    private static final int RECORDS = 1_000_000;

    private EngineContext engine;
    private RDD<Long> longs;
    private RDD<String> texts;
    private Long[] inArray;
    private String[] textsInArray;

    @Setup
    public void open() {
        engine = EngineContext.open("local[1]");
        longs = engine.range(0, RECORDS, 1, 1).map(Data::mix).cache();
        texts = longs.map(Long::toHexString).cache();
        inArray = longs.collect().toArray(new Long[0]);
        textsInArray = texts.collect().toArray(new String[0]);
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long longs() {
        return longs.sortBy(number -> number, true, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long texts() {
        return texts.sortBy(text -> text, true, 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long textsByComparator() {
        return texts.sortBy(text -> text, Comparator.<String>reverseOrder(), 4).count();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public Long[] arrayOfLongs() {
        Long[] sorted = inArray.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public String[] arrayOfTexts() {
        String[] sorted = textsInArray.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
