package dev.favilla.benchmarks.micro;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.Warmup;

/** Microseconds to frame, and to verify and open, a block of one mebibyte of numbered words. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {

    private static final int BLOCK_BYTES = 1 << 20;
    private static final BlockHeader HEADER = new BlockHeader("shuffle_0_0_0", 1, 0, 1);

    @Param({"NONE", "LZ4", "DEFLATE"})
    Compression compression;

    private byte[] payload;
    private BlockFrame codec;
    private byte[] frame;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder text = new StringBuilder(BLOCK_BYTES + 16);
        while (text.length() < BLOCK_BYTES) {
            text.append("word").append(random.nextInt(50_000)).append(' ');
        }
        payload = text.substring(0, BLOCK_BYTES).getBytes(StandardCharsets.US_ASCII);
        codec = new BlockFrame(compression);
        frame = codec.wrap(HEADER, payload, 0, payload.length);
    }

    @Benchmark
    public byte[] wrap() {
        return codec.wrap(HEADER, payload, 0, payload.length);
    }

    @Benchmark
    public BlockFrame.Payload open() {
        return BlockFrame.open(frame, HEADER);
    }
}
