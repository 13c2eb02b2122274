package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.testing.TestSeed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KryoSerializerTest {

    private final KryoSerializer serializer = new KryoSerializer(List.of());

    private byte[] write(Object... records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            for (Object record : records) {
                out.write(record);
            }
        }
        return bytes.toByteArray();
    }

    private List<Object> read(byte[] bytes, int count) {
        List<Object> records = new ArrayList<>();
        try (Serializer.RecordInput in = serializer.open(new ByteArrayInputStream(bytes))) {
            for (int i = 0; i < count; i++) {
                records.add(in.read());
            }
        }
        return records;
    }

    private Object copy(Object record) {
        return read(write(record), 1).get(0);
    }

    record Point(int x, long y, String name, Object any) {}

    private record Hidden(List<Point> points, int[] numbers) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Hidden other && points.equals(other.points) && Arrays.equals(numbers, other.numbers);
        }

        @Override
        public int hashCode() {
            return points.hashCode();
        }
    }

    record Nothing() {}

    enum Shape {
        ROUND,
        SQUARE {
            @Override
            int corners() {
                return 4;
            }
        };

        int corners() {
            return 0;
        }
    }

    /** Not serializable, without a constructor to call: as user classes are. */
    static final class Plain {
        private final String name;
        private final double weight;

        Plain(String name, double weight) {
            this.name = name;
            this.weight = weight;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Plain other && name.equals(other.name) && weight == other.weight;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, weight);
        }
    }

    static final class NamedList extends ArrayList<String> {
        private final String name;

        NamedList(String name) {
            this.name = name;
        }
    }

    static final class Tags extends ArrayList<Plain> {}

    static Stream<Object> equalCopies() {
        List<Object> numbers = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
        Map<String, Plain> plains = new TreeMap<>(Comparator.reverseOrder());
        plains.put("a", new Plain("a", 1));
        plains.put("b", new Plain("b", 2));
        EnumMap<Shape, Plain> byShape = new EnumMap<>(Shape.class);
        byShape.put(Shape.SQUARE, new Plain("s", 3));
        BitSet bits = new BitSet();
        bits.set(77);
        return Stream.of(
                1,
                2L,
                3.0,
                4f,
                (short) 5,
                (byte) 6,
                'c',
                true,
                "text ☃",
                "",
                new BigInteger("123456789012345678901234567890"),
                new BigDecimal("1.50"),
                new Point(1, 2, "p", 3.0),
                new Point(1, 2, null, null),
                new Hidden(List.of(new Point(1, 2, "p", List.of())), new int[] {1, 2}),
                new Nothing(),
                Shape.ROUND,
                Shape.SQUARE,
                DayOfWeek.FRIDAY,
                TimeUnit.DAYS,
                new Plain("x", 1.5),
                UUID.randomUUID(),
                URI.create("http://example.org/a?b#c"),
                Locale.ITALY,
                Path.of("a/b").toUri(),
                Instant.EPOCH,
                LocalDate.EPOCH,
                Duration.ofNanos(5),
                ZonedDateTime.parse("2026-11-22T10:00:00+01:00[Europe/Rome]"),
                Optional.of("x"),
                Optional.empty(),
                List.of(),
                List.of(1),
                List.of(1, 2, 3),
                Set.of("a"),
                Set.of("a", "b", "c"),
                Map.of(),
                Map.of("k", 1),
                Map.of("k", 1, "l", 2, "m", 3),
                List.of(new Plain("in list", 1)),
                Stream.of(1, 2).toList(),
                Map.entry("k", 1),
                new SimpleEntry<>("k", null),
                new SimpleImmutableEntry<>("k", new Plain("v", 1)),
                new HashMap<>(Map.of("k", 1)).entrySet().iterator().next(),
                byShape,
                new EnumMap<Shape, String>(Shape.class),
                EnumSet.of(Shape.SQUARE),
                EnumSet.noneOf(Shape.class),
                numbers,
                numbers.subList(3, 9),
                List.of(1, 2, 3, 4).subList(1, 3),
                new LinkedList<>(List.of(1, 2, 3)).subList(1, 2),
                Arrays.asList(1, null, 3),
                Collections.emptyList(),
                Collections.emptyMap(),
                Collections.emptySet(),
                Collections.singletonList(null),
                Collections.singleton(1),
                Collections.singletonMap("k", "v"),
                Collections.nCopies(3, "x"),
                Collections.unmodifiableList(new ArrayList<>(List.of(new Plain("u", 1)))),
                Collections.unmodifiableSet(new TreeSet<>(List.of(2, 1))),
                Collections.unmodifiableMap(new HashMap<>(Map.of("k", new Plain("u", 1)))),
                Collections.unmodifiableSortedMap(new TreeMap<>(plains)),
                Collections.synchronizedList(new ArrayList<>(List.of(1, 2))),
                new LinkedHashMap<>(Map.of("k", new Plain("v", 1))).keySet(),
                new TreeMap<>(Map.of(1, "a", 2, "b", 3, "c")).headMap(3),
                plains,
                new ConcurrentHashMap<>(Map.of("k", 1)),
                bits,
                tags());
    }

    private static Tags tags() {
        Tags tags = new Tags();
        tags.add(new Plain("t", 1));
        return tags;
    }

    @ParameterizedTest
    @MethodSource("equalCopies")
    void aCopyIsEqual(Object record) {
        assertThat(copy(record)).isEqualTo(record);
    }

    @Test
    void manyRecordsComeBackInOrderAndNullsAmongThem() {
        Object[] records = equalCopies().toArray();
        records[3] = null;

        assertThat(read(write(records), records.length)).containsExactly(records);
    }

    @Test
    void valuesWithoutEqualsKeepTheirContent() {
        assertThat(((AtomicLong) copy(new AtomicLong(7))).get()).isEqualTo(7);
        assertThat(((AtomicInteger) copy(new AtomicInteger(7))).get()).isEqualTo(7);
        assertThat(((AtomicBoolean) copy(new AtomicBoolean(true))).get()).isTrue();
        assertThat(copy(new StringBuilder("sb"))).hasToString("sb");
        assertThat(copy(Pattern.compile("a+b", Pattern.CASE_INSENSITIVE))).hasToString("a+b");
        assertThat(((Random) copy(new Random(5))).nextInt()).isEqualTo(new Random(5).nextInt());
        assertThat(((ArrayDeque<?>) copy(new ArrayDeque<>(List.of(1, 2)))).toArray())
                .containsExactly(1, 2);
        assertThat((byte[]) copy(new byte[] {1, 2})).containsExactly(1, 2);
        assertThat((Object[]) copy(new Object[] {1, "x", null})).containsExactly(1, "x", null);
        assertThat((int[][]) copy(new int[][] {{1}, {2, 3}})).isDeepEqualTo(new int[][] {{1}, {2, 3}});
        assertThat((Plain[]) copy(new Plain[] {new Plain("x", 1)})).containsExactly(new Plain("x", 1));
        assertThat(copy(String.class)).isEqualTo(String.class);
    }

    @Test
    void enumConstantsStayTheSameObjects() {
        assertThat(((Shape) copy(Shape.SQUARE)).corners()).isEqualTo(4);
        assertThat(((List<?>) copy(List.of(Shape.SQUARE))).get(0)).isSameAs(Shape.SQUARE);
    }

    @Test
    void exceptionsKeepMessageCauseAndStack() {
        var failure = new IllegalStateException("outer", new IOException("inner"));
        failure.addSuppressed(new Error("beside"));

        Throwable copy = (Throwable) copy(failure);

        assertThat(copy).hasMessage("outer").hasStackTraceContaining("inner").hasStackTraceContaining("beside");
        assertThat(copy.getStackTrace()).isEqualTo(failure.getStackTrace());
    }

    @Test
    void aSerializableLambdaMayBeARecord() {
        int added = 5;
        Function<Integer, Integer> function = (Function<Integer, Integer> & Serializable) x -> x + added;

        @SuppressWarnings("unchecked")
        var copy = (Function<Integer, Integer>) copy(function);

        assertThat(copy.apply(1)).isEqualTo(6);
    }

    @Test
    void aCollectionWithFieldsOfItsOwnKeepsThem() {
        NamedList list = new NamedList("names");
        list.add("x");

        NamedList copy = (NamedList) copy(list);

        assertThat(copy).containsExactly("x");
        assertThat(copy.name).isEqualTo("names");
    }

    @Test
    void unmodifiableViewsStayUnmodifiable() {
        @SuppressWarnings("unchecked")
        var copy = (List<Object>) copy(Collections.unmodifiableList(new ArrayList<>(List.of(1))));

        assertThatThrownBy(() -> copy.add(2)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void sharedAndCyclicReferencesOfOneRecordStay() {
        List<Object> inner = new ArrayList<>(List.of("x"));
        List<Object> outer = new ArrayList<>(List.of(inner, inner));
        outer.add(outer);

        List<?> copy = (List<?>) copy(outer);

        assertThat(copy.get(0)).isSameAs(copy.get(1));
        assertThat(copy.get(2)).isSameAs(copy);
    }

    @Test
    void aRegistrationIsAskedForEachKryo() {
        var registered = new KryoSerializer(List.of(kryo -> kryo.register(Plain.class, new PlainSerializer())));
        var bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = registered.open(bytes)) {
            out.write(new Plain("x", 1));
        }

        try (Serializer.RecordInput one = registered.open(bytes.toByteArray(), 0, bytes.size());
                Serializer.RecordInput two = registered.open(bytes.toByteArray(), 0, bytes.size())) {
            assertThat(one.read()).isEqualTo(new Plain("x!", 1));
            assertThat(two.read()).isEqualTo(new Plain("x!", 1));
        }
    }

    private static final class PlainSerializer extends com.esotericsoftware.kryo.kryo5.Serializer<Plain> {
        @Override
        public void write(Kryo kryo, Output output, Plain plain) {
            output.writeString(plain.name + "!");
        }

        @Override
        public Plain read(Kryo kryo, Input input, Class<? extends Plain> type) {
            return new Plain(input.readString(), 1);
        }
    }

    @Test
    void noRecordCarriesTheNameOfItsClass() {
        String bytes = new String(write(new Point(1, 2, "p", null), new Plain("q", 1)), StandardCharsets.ISO_8859_1);

        assertThat(bytes).doesNotContain("Point", "Plain", "favilla").hasSizeLessThan(30);
    }

    @Test
    void recordsMayBeMovedAsBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Integer> ends = new ArrayList<>();
        Object[] records = equalCopies().toArray();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            for (Object record : records) {
                out.write(record);
                out.flush();
                ends.add(bytes.size());
            }
        }
        byte[] all = bytes.toByteArray();

        for (int i = records.length - 1; i >= 0; i--) {
            int start = i == 0 ? 0 : ends.get(i - 1);
            try (Serializer.RecordInput in = serializer.open(all, start, ends.get(i) - start)) {
                assertThat(in.read()).isEqualTo(records[i]);
            }
        }
    }

    @Test
    void anotherContextsRecordsAreRefused() {
        byte[] bytes = write(new Point(1, 2, "p", null));
        KryoSerializer other = new KryoSerializer(List.of());

        try (Serializer.RecordInput in = other.open(bytes, 0, bytes.length)) {
            assertThatThrownBy(in::read)
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("There is no class number");
        }
    }

    @Test
    void manyThreadsUseOneSerializer(TestSeed seed) throws Exception {
        Object[] records = equalCopies().toArray();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            SplittableRandom random = seed.split("worker " + w);
            workers.add(() -> {
                for (int i = 0; i < 2000; i++) {
                    Object record = records[random.nextInt(records.length)];
                    assertThat(copy(record)).isEqualTo(record);
                }
                return null;
            });
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> done : pool.invokeAll(workers)) {
                done.get();
            }
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aStreamHasAKryoOfItsOwnEvenInsideAnother() {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        try (Serializer.RecordOutput one = serializer.open(first);
                Serializer.RecordOutput two = serializer.open(second)) {
            for (int i = 0; i < 100; i++) {
                one.write(new Point(i, i, "one", null));
                two.write(new Plain("two", i));
            }
        }

        assertThat(read(first.toByteArray(), 100).get(99)).isEqualTo(new Point(99, 99, "one", null));
        assertThat(read(second.toByteArray(), 100).get(99)).isEqualTo(new Plain("two", 99));
    }

    @Nested
    class Failing {

        /** Neither Kryo nor Java serialization can. */
        record Holder(Thread thread) {}

        final class Chain {
            Object next;
        }

        @Test
        void namesTheClassAndTheRemedy() {
            assertThatThrownBy(() -> write(new Holder(Thread.currentThread())))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("java.lang.Thread", "java.io.Serializable", "register");
        }

        record Outer(String name, List<Holder> holders) {}

        @Test
        void namesTheClassOfTheRecordAndThePathToTheCulprit() {
            Outer record = new Outer("x", List.of(new Holder(Thread.currentThread())));

            assertThatThrownBy(() -> write(record))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll(
                            "Cannot write a record of " + Outer.class.getName(),
                            "holders -> [0] -> thread: java.lang.Thread");
            assertThatThrownBy(() -> {
                        try (Serializer.RecordOutput out =
                                new JavaRecordSerializer().open(new ByteArrayOutputStream())) {
                            out.write(new ArrayList<>(List.of(new Hidden(List.of(), new int[0]))));
                        }
                    })
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("java.util.ArrayList", "[0]: " + Hidden.class.getName());
        }

        @Test
        void saysWhatWasGoingOn() {
            SerializationException cause = new SerializationException("Cannot write a record", null);

            assertThat(cause.during("Sending the records of map at Report.java:12"))
                    .hasMessage("Sending the records of map at Report.java:12: Cannot write a record");
        }

        record Loop(List<Object> next) {}

        @Test
        void aCycleThatNoConstructorCanCloseIsATypedError() {
            List<Object> top = new ArrayList<>();
            Loop loop = new Loop(List.of(top));
            top.add(loop);

            assertThatThrownBy(() -> copy(loop))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("part of a cycle that begins with itself");
        }

        @Test
        void aRecordIsWrittenTheSameWayAfterAFailure() {
            byte[] before = write(new Point(1, 2, "p", "q"), new Plain("x", 1));
            assertThatThrownBy(() -> write(new Holder(Thread.currentThread())))
                    .isInstanceOf(SerializationException.class);

            assertThat(write(new Point(1, 2, "p", "q"), new Plain("x", 1))).isEqualTo(before);
        }

        @Test
        void aNestingTooDeepSaysSo() {
            Object[] chain = null;
            for (int i = 0; i < 100_000; i++) {
                chain = new Object[] {chain};
            }
            Object[] deep = chain;

            assertThatThrownBy(() -> write((Object) deep))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("too deeply");
        }

        @Test
        void endsTheStreamAndSparesTheOthers() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (Serializer.RecordOutput out = serializer.open(bytes)) {
                assertThatThrownBy(() -> out.write(new Holder(Thread.currentThread())))
                        .isInstanceOf(SerializationException.class);
                assertThatThrownBy(() -> out.write("more")).isInstanceOf(IllegalStateException.class);
            }

            assertThat(copy(new Point(1, 2, "p", "q"))).isEqualTo(new Point(1, 2, "p", "q"));
        }

        @Test
        void closingTwiceGivesTheKryoBackOnce() {
            Serializer.RecordOutput out = serializer.open(new ByteArrayOutputStream());
            out.close();
            out.close();
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            ByteArrayOutputStream second = new ByteArrayOutputStream();
            try (Serializer.RecordOutput one = serializer.open(first);
                    Serializer.RecordOutput two = serializer.open(second)) {
                one.write(List.of(new Plain("a", 1), "x"));
                two.write(List.of(new Plain("b", 2), "y"));
            }

            assertThat(read(first.toByteArray(), 1).get(0)).isEqualTo(List.of(new Plain("a", 1), "x"));
        }

        @Test
        void aBrokenStreamIsNotTheRecordsFault() {
            Serializer.RecordOutput out = serializer.open(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("no space left on device");
                }
            });
            out.write("x");

            assertThatThrownBy(out::close)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no space left on device");
        }

        @Test
        void readingPastTheEndIsATypedError() {
            assertThatThrownBy(() -> read(write("x"), 2)).isInstanceOf(SerializationException.class);
        }
    }
}
