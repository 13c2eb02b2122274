package dev.favilla.benchmarks.micro;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
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

/** Nanoseconds per line of reading and counting a file of words, on one slot, beside a reader that returns lines. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TextBenchmark {

    private static final int LINES = 200_000;
    private static final int WORDS = 20_000;

    private EngineContext engine;
    private Path file;

    @Setup
    public void write() throws IOException {
        engine = EngineContext.open("local[1]");
        file = Files.createTempFile("words", ".txt");
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < LINES; line++) {
            for (int word = 0; word < 10; word++) {
                text.append("word")
                        .append((int) Math.pow(WORDS, random.nextDouble()))
                        .append(' ');
            }
            text.append('\n');
        }
        Files.writeString(file, text);
    }

    @TearDown
    public void delete() throws IOException {
        engine.close();
        Files.delete(file);
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long lines() {
        return engine.textFile(file.toString()).count();
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long wordCount() {
        return engine.textFile(file.toString())
                .flatMap(line -> Arrays.asList(line.split(" ")))
                .mapToPair(word -> Pair.of(word, 1L))
                .reduceByKey(Long::sum)
                .count();
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long linesByReader() throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            long lines = 0;
            while (reader.readLine() != null) {
                lines++;
            }
            return lines;
        }
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long wordCountByReader() throws IOException {
        Map<String, Long> counts = new HashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                for (String word : line.split(" ")) {
                    counts.merge(word, 1L, Long::sum);
                }
            }
        }
        return counts.size();
    }
}
