package dev.favilla.benchmarks.micro;

import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Nanoseconds per record, to bytes and back, beside Java serialization. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SerializerBenchmark {

    private static final int RECORDS = 10_000;

    /** What is written. */
    public enum Shape {
        LONGS(i -> new SimpleImmutableEntry<>((long) i, i * 31L)),
        WORDS(i -> new SimpleImmutableEntry<>("word-" + i, i)),
        RECORDS(i -> new Order(i, "customer-" + i % 100, i / 3.0)),
        POJOS(i -> new Customer(i, "name-" + i));

        private final IntFunction<Object> make;

        Shape(IntFunction<Object> make) {
            this.make = make;
        }
    }

    /** A record of a program. */
    record Order(long id, String customer, double amount) implements Serializable {}

    /** A class of a program that predates records. */
    static final class Customer implements Serializable {

        private static final long serialVersionUID = 1;

        private final long id;
        private final String name;

        Customer(long id, String name) {
            this.id = id;
            this.name = name;
        }

        @Override
        public String toString() {
            return name + "#" + id;
        }
    }

    @Param
    Shape shape;

    private final Serializer serializer = new KryoSerializer(List.of());
    private List<Object> records;
    private byte[] engineBytes;
    private byte[] javaBytes;

    @Setup
    public void prepare() throws IOException {
        records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(shape.make.apply(i));
        }
        engineBytes = write();
        javaBytes = writeJava();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public byte[] write() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            for (Object next : records) {
                out.write(next);
            }
        }
        return bytes.toByteArray();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void read(Blackhole sink) {
        try (Serializer.RecordInput in = serializer.open(new ByteArrayInputStream(engineBytes))) {
            for (int i = 0; i < RECORDS; i++) {
                sink.consume(in.read());
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public byte[] writeJava() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            for (Object next : records) {
                out.writeUnshared(next);
            }
        }
        return bytes.toByteArray();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void readJava(Blackhole sink) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(javaBytes))) {
            for (int i = 0; i < RECORDS; i++) {
                sink.consume(in.readUnshared());
            }
        }
    }
}
