package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.value.Immutability;
import dev.favilla.value.StableHash;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures and prints; asserts only that the measured code does something. The figures of docs/serialization.md come
 * from here.
 */
@Tag("slow")
class RecordCostTest {

    private static final int RECORDS = 200_000;
    private static final int ROUNDS = 15;

    record Trip(long id, int minutes, String from, String to, double price, boolean late) implements Serializable {}

    enum Color {
        RED,
        GREEN
    }

    record Colored(Color color, long id) {}

    static final class Visit implements Serializable {
        private long id;
        private int minutes;
        private String from;
        private String to;
        private double price;

        Visit() {}

        Visit(long id, int minutes, String from, String to, double price) {
            this.id = id;
            this.minutes = minutes;
            this.from = from;
            this.to = to;
            this.price = price;
        }
    }

    /** One way to write and read records, each standing alone, as a shuffle needs them. */
    private interface Way {
        byte[] write(Object[] values);

        void read(byte[] bytes, int count);
    }

    private static final class ByUs implements Way {
        private final Serializer serializer;

        ByUs(Serializer serializer) {
            this.serializer = serializer;
        }

        @Override
        public byte[] write(Object[] values) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
            try (Serializer.RecordOutput out = serializer.open(bytes)) {
                for (Object value : values) {
                    out.write(value);
                }
            }
            return bytes.toByteArray();
        }

        @Override
        public void read(byte[] bytes, int count) {
            try (Serializer.RecordInput in = serializer.open(bytes, 0, bytes.length)) {
                for (int i = 0; i < count; i++) {
                    in.read();
                }
            }
        }
    }

    /** Kryo as Spark sets it up: references on, nothing registered, private objects without constructors allowed. */
    private static final class PlainKryo implements Way {
        private final Kryo kryo = new Kryo();

        PlainKryo(Class<?>... registered) {
            kryo.setRegistrationRequired(false);
            kryo.setReferences(true);
            kryo.setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
            Arrays.stream(registered).forEach(kryo::register);
        }

        @Override
        public byte[] write(Object[] values) {
            Output out = new Output(1 << 20, -1);
            for (Object value : values) {
                kryo.writeClassAndObject(out, value);
            }
            return out.toBytes();
        }

        @Override
        public void read(byte[] bytes, int count) {
            Input in = new Input(bytes);
            for (int i = 0; i < count; i++) {
                kryo.readClassAndObject(in);
            }
        }
    }

    private static final class Cost {
        double writeNanos = Double.MAX_VALUE;
        double readNanos = Double.MAX_VALUE;
        double bytes;
    }

    private static Cost measure(Way way, Object[] values, int records, int rounds) {
        Cost cost = new Cost();
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            byte[] bytes = way.write(values);
            long middle = System.nanoTime();
            way.read(bytes, values.length);
            long end = System.nanoTime();
            cost.writeNanos = Math.min(cost.writeNanos, (double) (middle - start) / records);
            cost.readNanos = Math.min(cost.readNanos, (double) (end - middle) / records);
            cost.bytes = (double) bytes.length / records;
        }
        return cost;
    }

    private static Object[] records(int parts, IntFunction<Object[]> make) {
        List<Object> all = new ArrayList<>(parts * RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            all.addAll(Arrays.asList(make.apply(i)));
        }
        return all.toArray();
    }

    private static long spread(int i) {
        return StableHash.mix(i) >>> 40;
    }

    @Test
    void recordsBesidePlainKryoAndJavaSerialization() {
        List<String> names = List.of("(Long, Long)", "(String, Integer)", "record of 6", "object of 5");
        List<Object[]> data = List.of(
                records(2, i -> new Object[] {spread(i), (long) i}),
                records(2, i -> new Object[] {"word" + spread(i), i % 1000}),
                records(1, i ->
                        new Object[] {new Trip(spread(i), i % 90, "Roma " + i % 99, "Pisa", i * 0.5, i % 7 == 0)}),
                records(1, i -> new Object[] {new Visit(spread(i), i % 90, "Roma " + i % 99, "Pisa", i * 0.5)}));
        print("record | Favilla bytes write read | Kryo unregistered | Kryo registered | Java");
        for (int i = 0; i < names.size(); i++) {
            Object[] values = data.get(i);
            Cost ours = measure(new ByUs(new KryoSerializer(List.of())), values, RECORDS, ROUNDS);
            Cost plain = measure(new PlainKryo(), values, RECORDS, ROUNDS);
            Cost registered = measure(new PlainKryo(Trip.class, Visit.class), values, RECORDS, ROUNDS);
            Cost java = measure(new ByUs(new JavaRecordSerializer()), values, RECORDS, 4);
            print(names.get(i) + cell(ours) + cell(plain) + cell(registered) + cell(java));
            assertThat(ours.bytes).isPositive();
        }
    }

    private static String cell(Cost cost) {
        return String.format(Locale.ROOT, " | %.1f B %.0f ns %.0f ns", cost.bytes, cost.writeNanos, cost.readNanos);
    }

    @Test
    void immutabilityHashesAndDigests() {
        List<Object[]> data = List.of(
                new Object[] {"Long", records(1, i -> new Object[] {(long) i})},
                new Object[] {"String", records(1, i -> new Object[] {"word" + i})},
                new Object[] {"UUID", records(1, i -> new Object[] {new UUID(i, i)})},
                new Object[] {"record of 6", records(1, i -> new Object[] {new Trip(i, i, "Roma", "Pisa", i, true)})},
                new Object[] {"record with enum", records(1, i -> new Object[] {new Colored(Color.values()[i % 2], i)})
                },
                new Object[] {"List.of 3 Longs", records(1, i -> new Object[] {List.of(1L, 2L, (long) i)})});
        ContentDigest contents = new ContentDigest(new KryoSerializer(List.of()), 0);
        print("value | immutable? | stable hash | content digest   (ns per value)");
        for (Object[] row : data) {
            Object[] values = (Object[]) row[1];
            Immutability.Checker checker = new Immutability.Checker();
            print(row[0]
                    + per(values, v -> checker.check(v) ? 1 : 0)
                    + per(values, StableHash::of)
                    + per(values, contents::of));
        }
    }

    private interface Measured {
        long of(Object value);
    }

    private static String per(Object[] values, Measured measured) {
        double best = Double.MAX_VALUE;
        long sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (Object value : values) {
                sum += measured.of(value);
            }
            best = Math.min(best, (double) (System.nanoTime() - start) / values.length);
        }
        assertThat(sum).isNotEqualTo(Long.MIN_VALUE);
        return String.format(Locale.ROOT, " | %.1f", best);
    }

    @Test
    void frames() {
        byte[] payload = new ByUs(new KryoSerializer(List.of())).write(records(1, i ->
                new Object[] {new Trip(spread(i), i % 90, "Roma " + i % 99, "Pisa", i * 0.5, i % 7 == 0)}));
        BlockHeader header = new BlockHeader("shuffle_1_2_3", 4, 5, RECORDS);
        print("codec | bytes per record | wrap ns per record | open ns per record");
        for (Compression compression : Compression.values()) {
            BlockFrame frames = new BlockFrame(compression);
            double wrap = Double.MAX_VALUE;
            double open = Double.MAX_VALUE;
            byte[] frame = new byte[0];
            for (int round = 0; round < 8; round++) {
                long start = System.nanoTime();
                frame = frames.wrap(header, payload, 0, payload.length);
                long middle = System.nanoTime();
                assertThat(BlockFrame.open(frame, header).length()).isEqualTo(payload.length);
                wrap = Math.min(wrap, (double) (middle - start) / RECORDS);
                open = Math.min(open, (double) (System.nanoTime() - middle) / RECORDS);
            }
            print(String.format(
                    Locale.ROOT,
                    "%s | %.1f | %.1f | %.1f",
                    compression.settingName(),
                    (double) frame.length / RECORDS,
                    wrap,
                    open));
        }
    }

    private static void print(String line) {
        System.out.println("cost: " + line);
    }
}
