package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Lists;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/serialization.md, row by row. */
class EverydayTypesTest {

    private static final Path TABLE = Path.of("..", "docs", "serialization.md");

    /** How a row looks in the table: what it is, and whether Java serialization can write it, too. */
    private record Row(String name, boolean java, Object value, Function<Object, Object> content) {

        @Override
        public String toString() {
            return name;
        }

        String inTable() {
            return "| " + name + " | " + (java ? "yes" : "no") + " |";
        }
    }

    record Point(int x, long y, String name, Object any) implements Serializable {}

    record Nothing() {}

    record Node(String name, List<Object> next) {}

    record Many(byte a, short b, char c, float d, double e, boolean f, Integer g, Side h, Point i, int[] j) {}

    sealed interface Figure permits Circle, Square {}

    record Circle(double radius) implements Figure {}

    record Square(double side, Figure inside) implements Figure {}

    enum Side {
        LEFT,
        RIGHT {
            @Override
            Side other() {
                return LEFT;
            }
        };

        Side other() {
            return RIGHT;
        }
    }

    static class Base {
        private final String inherited;

        Base(String inherited) {
            this.inherited = inherited;
        }
    }

    /** Without a constructor to call, not serializable, a final field, one inherited and one of the same name. */
    static final class Plain extends Base {
        private final String name;
        private double weight;
        private final transient String forgotten = "x";

        Plain(String name, double weight) {
            super("base of " + name);
            this.name = name;
            this.weight = weight;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Plain other
                    && name.equals(other.name)
                    && weight == other.weight
                    && super.inherited.equals(((Base) other).inherited);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, weight);
        }
    }

    static final class Cyclic {
        private String name = "cyclic";
        private Object self = this;
        private List<Object> others = new ArrayList<>(List.of(this));
    }

    private static Row row(String name, boolean java, Object value) {
        return new Row(name, java, value, Function.identity());
    }

    private static Row row(String name, boolean java, Object value, Function<Object, Object> content) {
        return new Row(name, java, value, content);
    }

    static Stream<Row> rows() throws IOException {
        return Stream.of(values(), times(), texts(), users(), collections(), views(), changing(), arrays())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> values() {
        return Stream.of(
                row("`Boolean`", true, true),
                row("`Byte`", true, (byte) 6),
                row("`Short`", true, (short) 5),
                row("`Character`", true, 'ß'),
                row("`Integer`", true, -7),
                row("`Long`", true, Long.MIN_VALUE),
                row("`Float`", true, 4f),
                row("`Double`", true, -0.0),
                row("`String`", true, "text ☃ 🔥"),
                row("`BigInteger`", true, new BigInteger("123456789012345678901234567890")),
                row("`BigDecimal`", true, new BigDecimal("1.50")),
                row("`UUID`", true, new UUID(1, 2)),
                row("`Optional`", false, Optional.of(new Plain("x", 1))),
                row("`OptionalInt`", false, OptionalInt.of(3)),
                row("`BitSet`", true, BitSet.valueOf(new long[] {5, 6})),
                row("`Class`", true, Map.Entry.class));
    }

    private static Stream<Row> times() {
        return Stream.of(
                row("`Instant`", true, Instant.ofEpochSecond(1, 2)),
                row("`Duration`", true, Duration.ofNanos(5)),
                row("`Period`", true, Period.of(1, 2, 3)),
                row("`LocalDate`", true, LocalDate.EPOCH),
                row("`LocalTime`", true, LocalTime.NOON),
                row("`LocalDateTime`", true, LocalDateTime.of(2026, 1, 2, 3, 4)),
                row("`OffsetDateTime`", true, OffsetDateTime.parse("2026-11-22T10:00:00+01:00")),
                row("`ZonedDateTime`", true, ZonedDateTime.parse("2026-11-22T10:00:00+01:00[Europe/Rome]")),
                row("`ZoneId`", true, ZoneId.of("Europe/Rome")),
                row("`ZoneOffset`", true, ZoneOffset.ofHours(2)),
                row("`Year`, `YearMonth`", true, new ArrayList<>(List.of(Year.of(2026), YearMonth.of(2026, 5)))),
                row("`Date`, `java.sql.Timestamp`", true, new ArrayList<>(List.of(new Date(5), new Timestamp(6)))),
                row("`TimeZone`", true, TimeZone.getTimeZone("Europe/Rome")));
    }

    private static Stream<Row> texts() throws IOException {
        return Stream.of(
                row("`StringBuilder`", true, new StringBuilder("sb"), Object::toString),
                row("`URI`", true, URI.create("http://example.org/a?b#c")),
                row("`URL`", true, new URL("http://example.org/a"), Object::toString),
                row("`File`", true, new File("a/b")),
                row("`InetAddress`", true, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                row("`Charset`", false, StandardCharsets.UTF_16),
                row("`Locale`", true, Locale.ITALY),
                row("`Currency`", true, Currency.getInstance("EUR")),
                row(
                        "`Pattern`",
                        true,
                        Pattern.compile("a+b", Pattern.CASE_INSENSITIVE),
                        p -> p + " " + ((Pattern) p).flags()));
    }

    private static Stream<Row> users() {
        int added = 5;
        Function<Integer, Integer> lambda = (Function<Integer, Integer> & Serializable) x -> x + added;
        return Stream.of(
                row("record", true, new Point(1, 2, "p", 3.0)),
                row("record with nulls", true, new Point(1, 2, null, null)),
                row("record without components", false, new Nothing()),
                row(
                        "record of every kind of component",
                        false,
                        new Many(
                                (byte) 1,
                                (short) 2,
                                'c',
                                4f,
                                5,
                                true,
                                null,
                                Side.RIGHT,
                                new Point(1, 2, "", 'x'),
                                null)),
                row("sealed interface", false, new Square(1, new Circle(2))),
                row("enum", true, Side.LEFT),
                row("enum constant with a body", true, Side.RIGHT),
                row("enum of the JDK", true, DayOfWeek.FRIDAY),
                row("class without default constructor", false, new Plain("x", 1.5)),
                row("list of such objects", false, List.of(new Plain("x", 1), new Plain("y", 2))),
                row("record in a cycle", false, cyclicRecord(), node -> {
                    Node top = (Node) node;
                    return top.name() + ((List<?>) ((Node) top.next().get(0)).next()).size();
                }),
                row("object in a cycle", false, new Cyclic(), object -> {
                    Cyclic cyclic = (Cyclic) object;
                    return cyclic.name + (cyclic.self == cyclic) + (cyclic.others.get(0) == cyclic);
                }),
                row("serializable lambda", true, lambda, f -> apply(f, 1)),
                row(
                        "exception",
                        true,
                        failure(),
                        e -> ((Throwable) e).getMessage()
                                + ((Throwable) e).getCause()
                                + List.of(((Throwable) e).getStackTrace())));
    }

    @SuppressWarnings("unchecked")
    private static Object apply(Object function, int argument) {
        return ((Function<Integer, Integer>) function).apply(argument);
    }

    private static Exception failure() {
        return new IllegalStateException("outer", new IOException("inner"));
    }

    private static Node cyclicRecord() {
        List<Object> next = new ArrayList<>();
        Node node = new Node("n", next);
        next.add(node);
        return node;
    }

    private static Stream<Row> collections() {
        EnumMap<Side, String> bySide = new EnumMap<>(Map.of(Side.RIGHT, "r"));
        TreeMap<String, Integer> descending = new TreeMap<>(Comparator.reverseOrder());
        descending.putAll(Map.of("a", 1, "b", 2));
        return Stream.of(
                row("`ArrayList`", true, new ArrayList<>(Arrays.asList(1, null, 3))),
                row("`LinkedList`", true, new LinkedList<>(List.of(1, 2))),
                row("`ArrayDeque`", true, new ArrayDeque<>(List.of(1, 2)), EverydayTypesTest::elements),
                row("`PriorityQueue`", true, new PriorityQueue<>(List.of(2, 1)), EverydayTypesTest::elements),
                row("`CopyOnWriteArrayList`", true, new CopyOnWriteArrayList<>(List.of(1, 2))),
                row("`HashSet`", true, new HashSet<>(List.of("a", "b"))),
                row("`LinkedHashSet`", true, new LinkedHashSet<>(List.of(3, 1, 2)), EverydayTypesTest::elements),
                row("`TreeSet`", true, new TreeSet<>(List.of(3, 1, 2))),
                row("`EnumSet`", true, EnumSet.of(Side.RIGHT)),
                row("`HashMap`", true, new HashMap<>(Map.of("k", 1))),
                row("`LinkedHashMap`", true, new LinkedHashMap<>(Map.of("k", 1, "l", 2))),
                row("`TreeMap` with a comparator", true, descending, EverydayTypesTest::text),
                row("`EnumMap`", true, bySide),
                row("empty `EnumMap`", true, new EnumMap<>(Side.class)),
                row("`ConcurrentHashMap`", true, new ConcurrentHashMap<>(Map.of("k", 1))),
                row("`ConcurrentSkipListMap`", true, new ConcurrentSkipListMap<>(Map.of("k", 1))),
                row("`Properties`", true, properties()),
                row(
                        "`List.of`, `Stream.toList`",
                        true,
                        List.of(List.of(), List.of(1), Stream.of(1, 2, 3).toList())),
                row("`Stream.toList` with null", true, Stream.of(1, null).toList()),
                row("`Set.of`", true, Set.of("a", "b", "c")),
                row("`Map.of`", true, Map.of("k", 1, "l", 2, "m", 3)),
                row("`Map.entry`", false, Map.entry("k", 1)),
                row("`SimpleEntry`", true, new SimpleEntry<>("k", null)),
                row("`SimpleImmutableEntry`", true, new SimpleImmutableEntry<>("k", 1)));
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("a", "b");
        return properties;
    }

    private static Stream<Row> views() {
        List<Integer> numbers = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        LoadedValues.Named named = new LoadedValues.Named("with a field");
        named.add(5);
        return Stream.of(
                row("`subList`", false, numbers.subList(1, 3)),
                row(
                        "entry of a `HashMap`",
                        false,
                        new HashMap<>(Map.of("k", 1)).entrySet().iterator().next()),
                row("`keySet`", false, new LinkedHashMap<>(Map.of("k", 1)).keySet()),
                row("`headMap`", true, new TreeMap<>(Map.of(1, "a", 2, "b", 3, "c")).headMap(3)),
                row("`Arrays.asList`", true, Arrays.asList(1, null, 3)),
                row("`Collections.emptyList`", true, Collections.emptyList()),
                row("`Collections.singletonMap`", true, Collections.singletonMap("k", "v")),
                row("`Collections.nCopies`", true, Collections.nCopies(3, "x")),
                row("`Collections.unmodifiableList`", true, Collections.unmodifiableList(numbers)),
                row("`Collections.unmodifiableMap`", true, Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2)))),
                row("`Collections.synchronizedList`", true, Collections.synchronizedList(numbers)),
                row("`ByteBuffer`", false, ByteBuffer.wrap(new byte[] {1, 2})),
                row("Guava's `Lists.reverse`", false, Lists.reverse(numbers)),
                row("subclass of `ArrayList` with a field", true, named),
                row("class with `writeObject`", true, new CustomSerializationTest.Basket().with("apples", 3)),
                row("class with `writeReplace`", true, new CustomSerializationTest.Replaced("x")),
                row("`Externalizable` class", true, new CustomSerializationTest.Outside("x")),
                row("singleton by `readResolve`", true, CustomSerializationTest.Single.ONLY));
    }

    private static Stream<Row> changing() {
        return Stream.of(
                row("`AtomicLong`", true, new AtomicLong(7), Object::toString),
                row("`AtomicInteger`", true, new AtomicInteger(7), Object::toString),
                row("`AtomicBoolean`", true, new AtomicBoolean(true), Object::toString),
                row("`AtomicReference`", true, new AtomicReference<>("x"), Object::toString),
                row(
                        "`Random`",
                        true,
                        new Random(5),
                        random -> ((Random) random).ints(3).boxed().toList()));
    }

    private static Stream<Row> arrays() {
        return Stream.of(
                row("`byte[]`", true, new byte[] {1, 2}, a -> Arrays.toString((byte[]) a)),
                row(
                        "`int[]`, `long[]`",
                        true,
                        new Object[] {new int[] {1, -2}, new long[] {3}},
                        EverydayTypesTest::deep),
                row(
                        "`double[]`, `float[]`",
                        true,
                        new Object[] {new double[] {1}, new float[] {2}},
                        EverydayTypesTest::deep),
                row(
                        "`char[]`, `short[]`, `boolean[]`",
                        true,
                        new Object[] {new char[] {'x'}, new short[] {1}, new boolean[] {true}},
                        EverydayTypesTest::deep),
                row("`String[]`", true, new String[] {"x", null}, EverydayTypesTest::deep),
                row("`int[][]`", true, new int[][] {{1}, {2, 3}}, EverydayTypesTest::deep),
                row("array of records", true, new Point[] {new Point(1, 2, "x", 'y'), null}, EverydayTypesTest::deep));
    }

    private static Object deep(Object array) {
        return array.getClass() + Arrays.deepToString((Object[]) array);
    }

    private static Object elements(Object collection) {
        return new ArrayList<>((java.util.Collection<?>) collection);
    }

    private static Object text(Object value) {
        return value.getClass() + value.toString();
    }

    private static Object copy(Serializer serializer, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write("before");
            out.write(value);
            out.write("after");
        }
        try (Serializer.RecordInput in = serializer.open(bytes.toByteArray(), 0, bytes.size())) {
            assertThat(in.read()).isEqualTo("before");
            Object copy = in.read();
            assertThat(in.read()).isEqualTo("after");
            return copy;
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aCopyIsEqual(Row row) {
        Object expected = row.content().apply(row.value()); // before: asking a Random changes it
        Object value = row.value() instanceof Random ? new Random(5) : row.value();

        Object copy = copy(new KryoSerializer(List.of()), value);

        assertThat(row.content().apply(copy)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void javaSerializationIsAnotherWayForWhatIsSerializable(Row row) {
        Object expected = row.content().apply(row.value());
        Object value = row.value() instanceof Random ? new Random(5) : row.value();
        Serializer java = new JavaRecordSerializer();

        if (row.java()) {
            assertThat(row.content().apply(copy(java, value))).isEqualTo(expected);
        } else {
            assertThatThrownBy(() -> copy(java, value))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("Cannot write", "is not java.io.Serializable");
        }
    }

    @Test
    void theTableInTheDocumentsHasExactlyTheseRows() throws IOException {
        List<String> table = Files.readAllLines(TABLE).stream()
                .filter(line -> line.endsWith("| yes |") || line.endsWith("| no |"))
                .toList();

        assertThat(table)
                .hasSizeGreaterThan(60)
                .containsExactlyElementsOf(rows().map(Row::inTable).toList());
    }
}
