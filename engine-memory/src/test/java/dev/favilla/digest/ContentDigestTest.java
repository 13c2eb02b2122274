package dev.favilla.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.testing.TestSeed;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.AbstractList;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ContentDigestTest {

    private final Serializer serializer = new KryoSerializer(List.of());
    private final ContentDigest digest = new ContentDigest(serializer, 1);

    private void assertSame(Object one, Object other) {
        assertThat(digest.of(one)).as("%s", one.getClass()).isEqualTo(digest.of(other));
    }

    /** Two attempts with the same number give the same, those with another another; also after a value that failed. */
    private void assertTellsApart(String name, LongFunction<Object> make) {
        long one = digest.of(make.apply(1));
        digest.of(new Thread());
        assertThat(new ContentDigest(serializer, 1).of(make.apply(1))).as(name).isEqualTo(one);
        assertThat(digest.of(make.apply(2))).as(name).isNotEqualTo(one);
        assertThat(digest.of(make.apply(1L << 40 | 1))).as(name).isNotEqualTo(one);
    }

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "verde";
            }
        }
    }

    record Plain(int a, String b, long c) {}

    record Generic<A, B>(A first, B second) {}

    record Everything(
            boolean a, byte b, short c, char d, int e, long f, float g, double h, String i, Object j, int[] k) {}

    private static class Named {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    private static final class Numbered extends Named {

        private final long number;
        private final transient long asked;

        Numbered(String name, long number, long asked) {
            super(name);
            this.number = number;
            this.asked = asked;
        }

        long sum() {
            return number + asked;
        }
    }

    private static final class WritesItself implements Serializable {

        private static final long serialVersionUID = 1L;

        private transient Map<Object, Object> map;

        WritesItself(Map<Object, Object> map) {
            this.map = map;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeObject(map);
        }
    }

    private static final class Replaced implements Serializable {

        private static final long serialVersionUID = 1L;

        private final transient long number;

        Replaced(long number) {
            this.number = number;
        }

        Object writeReplace() {
            return new Named("number " + number);
        }
    }

    public static final class External implements Externalizable {

        private long number;

        public External() {}

        External(long number) {
            this.number = number;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeLong(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            number = in.readLong();
        }
    }

    private static final class Tagged<T> extends ArrayList<T> {

        private static final long serialVersionUID = 1L;

        private final long tag;

        Tagged(Collection<T> values, long tag) {
            super(values);
            this.tag = tag;
        }

        long tag() {
            return tag;
        }
    }

    private static final class TaggedMap extends HashMap<String, Long> {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // its content
        private final long tag;

        TaggedMap(int capacity, long tag) {
            super(capacity);
            this.tag = tag;
        }
    }

    /** A list that is nothing but its fields. */
    private static final class Steps extends AbstractList<Long> {

        private final long from;

        Steps(long from) {
            this.from = from;
        }

        @Override
        public Long get(int index) {
            return from + index;
        }

        @Override
        public int size() {
            return Integer.MAX_VALUE;
        }
    }

    private static final class Outer {

        @SuppressWarnings("unused") // content of what is inside
        private final long number;

        Outer(long number) {
            this.number = number;
        }

        final class Inner {

            long number() {
                return number;
            }
        }
    }

    private static final class Node {

        private final List<Node> others = new ArrayList<>();

        @SuppressWarnings("unused") // its content
        private final long number;

        Node(long number) {
            this.number = number;
        }
    }

    private static final class Chain implements Serializable {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // its content
        private final Object next;

        Chain(Object next) {
            this.next = next;
        }
    }

    private static Object chain(int length, Object end) {
        Object chain = end;
        for (int i = 0; i < length; i++) {
            chain = new Chain(chain);
        }
        return chain;
    }

    private static Object anonymous(long number) {
        return new Object() {
            @Override
            public String toString() {
                return "n = " + number;
            }
        };
    }

    @Nested
    class TellsApart {

        private Object withNoContentBut(long number) {
            Outer outer = new Outer(number);
            return outer.new Inner();
        }

        @Test
        void bytesByEachOfThemAndByTheirNumber() {
            for (int length = 1; length <= 40; length++) {
                Set<Long> digests = new HashSet<>();
                digests.add(digest.of(new byte[length]));
                digests.add(digest.of(new byte[length - 1]));
                for (int place = 0; place < length; place++) {
                    byte[] bytes = new byte[length];
                    bytes[place] = 1;
                    digests.add(digest.of(bytes));
                }
                assertThat(digests).hasSize(length + 2);
            }
        }

        @Test
        void valuesOfEveryKind() {
            Map<String, LongFunction<Object>> kinds = new LinkedHashMap<>();
            kinds.put("long", n -> n);
            kinds.put("double", n -> (double) n);
            kinds.put("string", n -> "middle " + n + " of it");
            kinds.put("big integer", n -> BigInteger.TEN.pow(100).add(BigInteger.valueOf(n)));
            kinds.put("big decimal", n -> BigDecimal.valueOf(n, 3));
            kinds.put("scale", n -> new BigDecimal(BigInteger.ONE, (int) (n % 1000)));
            kinds.put("uuid", n -> new UUID(1, n));
            kinds.put("uri", n -> URI.create("http://h/" + n + "/a"));
            kinds.put("path", n -> Path.of("a", "b" + n, "c"));
            kinds.put("date", Date::new);
            kinds.put("timestamp", n -> {
                Timestamp timestamp = new Timestamp(0);
                timestamp.setNanos((int) (n % 1000));
                return timestamp;
            });
            kinds.put("calendar", n -> {
                GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
                calendar.setTimeInMillis(n);
                return calendar;
            });
            kinds.put("bytes", n -> BigInteger.valueOf(n).toByteArray());
            kinds.put("longs", n -> new long[] {0, n, 0});
            kinds.put("ints", n -> new int[] {0, Long.hashCode(n), 0});
            kinds.put("doubles", n -> new double[] {n});
            kinds.put("floats", n -> new float[] {n});
            kinds.put("chars", n -> String.valueOf(n).toCharArray());
            kinds.put("shorts", n -> new short[] {(short) (n % 1000 + n / 1000)});
            kinds.put("booleans", n -> new boolean[(int) (n % 1000)]);
            kinds.put("longs of longs", n -> new long[][] {{1}, {n}});
            kinds.put("objects", n -> new Object[] {1, new Object[] {n}});
            kinds.put("list", n -> new ArrayList<>(List.of(n)));
            kinds.put(
                    "long list",
                    n -> LongStream.range(0, 1000)
                            .map(i -> i == 900 ? n : i)
                            .boxed()
                            .toList());
            kinds.put("linked list", n -> new LinkedList<>(List.of(n)));
            kinds.put("vector", n -> new Vector<>(List.of(n)));
            kinds.put("queue", n -> new ConcurrentLinkedQueue<>(List.of(n)));
            kinds.put("deque", n -> new ArrayDeque<>(List.of(n)));
            kinds.put("heap", n -> new PriorityQueue<>(List.of(n)));
            kinds.put("copies", n -> Collections.nCopies(1_000_000_000, n));
            kinds.put("sublist", n -> Arrays.asList(1L, n, 2L).subList(1, 3));
            kinds.put("unmodifiable", n -> Collections.unmodifiableCollection(new ArrayList<>(List.of(n))));
            kinds.put("values", n -> new HashMap<>(Map.of("k", n)).values());
            kinds.put("set", n -> new HashSet<>(List.of(n)));
            kinds.put("sorted set", n -> new TreeSet<>(List.of(n)));
            kinds.put("key of a map", n -> new HashMap<>(Map.of(n, "v")));
            kinds.put("value of a map", n -> new TreeMap<>(Map.of("k", n)));
            kinds.put("concurrent map", n -> new ConcurrentHashMap<>(Map.of("k", n)));
            kinds.put("map by identity", n -> new IdentityHashMap<>(Map.of("k", n)));
            kinds.put("map of enums", n -> new EnumMap<>(Map.of(Color.RED, n)));
            kinds.put("defaults of properties", n -> {
                Properties defaults = new Properties();
                defaults.setProperty("k", "v" + n);
                return new Properties(defaults);
            });
            kinds.forEach(ContentDigestTest.this::assertTellsApart);
        }

        @Test
        void holdersOfEveryKind() {
            Map<String, LongFunction<Object>> kinds = new LinkedHashMap<>();
            kinds.put("entry", n -> Map.entry("k", n));
            kinds.put("mutable entry", n -> new SimpleEntry<>("k", n));
            kinds.put("optional", Optional::of);
            kinds.put("optional int", n -> OptionalInt.of(Long.hashCode(n)));
            kinds.put("optional long", OptionalLong::of);
            kinds.put("optional double", OptionalDouble::of);
            kinds.put("boolean", n -> List.of(new AtomicBoolean(n == 1), n));
            kinds.put("int", n -> new AtomicInteger(Long.hashCode(n)));
            kinds.put("atomic long", AtomicLong::new);
            kinds.put("reference", AtomicReference::new);
            kinds.put("references", n -> new AtomicReferenceArray<>(new Object[] {n}));
            kinds.put("atomic longs", n -> new AtomicLongArray(new long[] {n}));
            kinds.put("atomic ints", n -> new AtomicIntegerArray(new int[] {Long.hashCode(n)}));
            kinds.put("adder", n -> {
                LongAdder adder = new LongAdder();
                adder.add(n);
                return adder;
            });
            kinds.put("builder", n -> new StringBuilder("x").append(n));
            kinds.put("buffer", n -> ByteBuffer.allocate(8).putLong(n)); // all before its position
            kinds.put("direct buffer", n -> ByteBuffer.allocateDirect(8).putLong(n));
            kinds.put("chars", n -> CharBuffer.wrap("x" + n).position(2));
            kinds.put("bits", n -> BitSet.valueOf(new long[] {1, n}));
            kinds.put("random", Random::new);
            kinds.put("exception", n -> new IllegalStateException("n = " + n));
            kinds.put("cause", n -> new IllegalStateException("x", new IOException("n = " + n)));
            kinds.put(
                    "proxy",
                    n -> Proxy.newProxyInstance(
                            getClass().getClassLoader(), new Class<?>[] {Runnable.class}, (p, m, a) -> n));
            kinds.put("function", n -> (LongSupplier & Serializable) () -> n);
            kinds.put("plain function", n -> (LongSupplier) () -> n);
            kinds.forEach(ContentDigestTest.this::assertTellsApart);
        }

        @Test
        void objectsOfEveryKind() {
            Map<String, LongFunction<Object>> kinds = new LinkedHashMap<>();
            kinds.put("record", n -> new Plain(1, "b", n));
            kinds.put("record of any", n -> new Generic<>("b", new long[] {n}));
            kinds.put("plain class", n -> new Numbered("x", n, 0));
            kinds.put("superclass", n -> new Numbered("x" + n, 0, 0));
            kinds.put("inner class", this::withNoContentBut);
            kinds.put("anonymous class", ContentDigestTest::anonymous);
            kinds.put("writes itself", n -> new WritesItself(new HashMap<>(Map.of("k", n))));
            kinds.put("replaces itself", Replaced::new);
            kinds.put("external", External::new);
            kinds.put("list with a field", n -> new Tagged<>(List.of("x"), n));
            kinds.put("list with a field, by element", n -> new Tagged<>(List.of(n), 1));
            kinds.put("map with a field", n -> new TaggedMap(1, n));
            kinds.put("list of the user's", Steps::new);
            kinds.put("deep", n -> chain(100, n));
            kinds.put("deep, in a list", n -> new ArrayList<>(List.of(chain(100, new Generic<>("k", n)))));
            kinds.put("cycle", n -> {
                Node node = new Node(n);
                node.others.add(node);
                return node;
            });
            kinds.put("cycle in a map", n -> {
                Map<String, Object> map = new HashMap<>();
                map.put("itself", map);
                map.put("n", n);
                return map;
            });
            kinds.forEach(ContentDigestTest.this::assertTellsApart);
        }

        @Test
        void everyComponent() {
            Everything base = new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7.0, "i", 8, new int[] {9});
            Set<Long> hashes = new HashSet<>();
            hashes.add(digest.of(base));
            hashes.add(digest.of(new Everything(false, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 9, (short) 2, 'c', 4, 5, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 9, 'c', 4, 5, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'x', 4, 5, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 9, 5, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 9, 6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, -6f, 7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, -7, "i", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7, "x", 8, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7, "i", 9, new int[] {9})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7, "i", 8, new int[] {8})));
            hashes.add(digest.of(new Everything(true, (byte) 1, (short) 2, 'c', 4, 5, 6f, 7, null, null, null)));

            assertThat(hashes).hasSize(13);
        }

        @Test
        void valuesThatJavaHashesAlike() {
            List<Object> values = new ArrayList<>(Arrays.asList(
                    null, 0, 0L, 0.0, -0.0, 0f, false, "", "Aa", "BB", "AaAa", "BBBB", "AaBB", 1L << 32 | 1, 1, 1L));
            values.addAll(List.of('1', "1", -1, -1L, (short) 1, (byte) 1, Color.RED, "RED", Color.GREEN));
            values.addAll(
                    List.of(List.of(), Set.of(), Map.of(), List.of(1, 2), List.of(2, 1), List.of(1), Set.of(1, 2)));
            values.addAll(List.of(Map.of(1, 2), Map.of(2, 1), Map.of(1, 2, 2, 1), Map.of(1, 1, 2, 2)));
            values.addAll(List.of(new int[0], new long[0], new Object[0], new String[0], new int[] {1}, new int[2]));
            values.addAll(List.of(new Generic<>(1, 2), new Generic<>(2, 1), new Generic<>(null, 1), Map.entry(1, 2)));
            values.addAll(List.of(new Generic<>(1, null), new BigDecimal("1.0"), new BigDecimal("1.00")));
            values.addAll(List.of(new Plain(1, "Aa", 0), new Plain(1, "BB", 0), String.class, "java.lang.String"));
            values.addAll(List.of(List.of(List.of(1), List.of()), List.of(List.of(), List.of(1)), Optional.empty()));
            values.addAll(List.of(new Object(), new StringBuilder("1"), Optional.of(1), new AtomicInteger(1)));

            Set<Long> hashes = new HashSet<>();
            values.forEach(value -> hashes.add(digest.of(value)));

            assertThat(hashes).hasSameSizeAs(values);
        }

        @Test
        void manyValues(TestSeed seed) {
            SplittableRandom random = seed.random();
            Set<Object> values = new HashSet<>();
            Set<Long> hashes = new HashSet<>();
            for (int i = 0; i < 100_000; i++) {
                Object value = switch (i % 3) {
                    case 0 -> random.nextLong();
                    case 1 -> new Generic<>(random.nextInt(), random.nextInt(100));
                    default -> new ArrayList<>(List.of(random.nextInt(100), random.nextInt()));
                };
                if (values.add(value)) {
                    hashes.add(digest.of(value));
                }
            }

            assertThat(hashes).hasSameSizeAs(values);
        }

        @Test
        void whatCannotBeToldFromItself() {
            for (Object value : List.of(
                    new Thread(),
                    new WeakReference<>("x"),
                    new Generic<>("k", new Thread()),
                    new ArrayList<>(List.of(new ThreadLocal<>())),
                    List.of(1L).iterator(),
                    new Chain(new Thread()))) {
                long first = digest.of(value);
                assertThat(digest.of(value)).as("%s", value).isNotEqualTo(first);
                assertThat(new ContentDigest(serializer, 2).of(value))
                        .as("%s in another attempt", value)
                        .isNotEqualTo(new ContentDigest(serializer, 1).of(value));
            }
        }
    }

    @Nested
    class DoesNotTellApart {

        /** Keys of one hash, in a table as large as asked for and filled in the order asked for. */
        private <T> Map<T, Long> map(int capacity, List<T> keys) {
            Map<T, Long> map = new HashMap<>(capacity);
            keys.forEach(key -> map.put(key, 1L));
            return map;
        }

        @Test
        void ordersThatEqualityIgnores() {
            Map<String, Long> one = map(4, List.of("Aa", "BB", "c"));
            Map<String, Long> other = map(1024, List.of("c", "BB", "Aa"));
            assertThat(one.keySet().toString()).isNotEqualTo(other.keySet().toString());

            assertSame(one, other);
            assertSame(one, new TreeMap<>(other));
            assertSame(one, new ConcurrentSkipListMap<>(other));
            assertSame(one.keySet(), other.keySet());
            assertSame(new HashSet<>(one.keySet()), new LinkedHashSet<>(other.keySet()));
            assertSame(new Generic<>(1, one), new Generic<>(1, other));
            assertSame(new Chain(one), new Chain(other));
            assertSame(new Object[] {one}, new Object[] {other});
            assertSame(List.of(Optional.of(one)), List.of(Optional.of(other)));
            assertSame(new WritesItself(new HashMap<>(one)), new WritesItself(new LinkedHashMap<>(other)));
            assertSame(Collections.unmodifiableMap(one), Collections.synchronizedMap(other));
        }

        @Test
        void ordersByIdentity() {
            List<Object> ones = new ArrayList<>();
            List<Object> others = new ArrayList<>();
            for (long i = 0; i < 100; i++) {
                ones.add(new Numbered("x", i, 0));
                others.add(new Numbered("x", i, 0));
            }
            Collections.reverse(others);

            assertSame(new HashSet<>(ones), new HashSet<>(others));
            assertSame(map(4, ones), map(1024, others));
        }

        @Test
        void classesOfTheJdkThatHoldTheSame() {
            assertSame(List.of(1, 2), List.copyOf(new ArrayList<>(List.of(1, 2))));
            assertSame(List.of(1, 2), Arrays.asList(1, 2));
            assertSame(List.of(1), new LinkedList<>(List.of(1)));
            assertSame(Set.of(Color.RED), EnumSet.of(Color.RED));
        }

        @Test
        void whetherTwoEqualPartsAreOne() {
            String text = "text";
            List<Object> list = new ArrayList<>(List.of(1));

            assertSame(List.of(text, text), List.of(text, new StringBuilder(text).toString()));
            assertSame(
                    new WritesItself(new HashMap<>(Map.of(1, list, 2, list))),
                    new WritesItself(new HashMap<>(Map.of(1, new ArrayList<>(list), 2, new LinkedList<>(list)))));
        }

        @Test
        void transientFields() {
            assertSame(new Numbered("x", 1, 5), new Numbered("x", 1, 6));
            assertThat(new Numbered("x", 1, 5).sum()).isEqualTo(6);
            assertThat(new Numbered("x", 1, 5).name()).isEqualTo("x");
            assertThat(new Tagged<>(List.of(), 3).tag()).isEqualTo(3);
        }

        @Test
        void whetherAHashWasAskedFor() {
            Locale asked = new Locale("it", "IT");
            CachingHash key = new CachingHash("x");
            GregorianCalendar calendar = new GregorianCalendar(2020, 1, 1);

            assertThat(asked.hashCode() + key.hashCode() + calendar.get(GregorianCalendar.WEEK_OF_YEAR))
                    .isNotZero();
            assertSame(asked, new Locale("it", "IT"));
            assertSame(key, new CachingHash("x"));
            assertSame(calendar, new GregorianCalendar(2020, 1, 1));
        }

        @Test
        void identities() {
            assertSame(new Object(), new Object());
            assertSame(
                    new Generic<>(new Object(), new ReentrantLock()), new Generic<>(new Object(), new ReentrantLock()));
            assertSame(comparator(), comparator());
        }

        private Comparator<String> comparator() {
            return Comparator.comparing(String::length);
        }

        @Test
        void whereAnExceptionWasThrown() {
            assertSame(new IllegalStateException("x"), elsewhere());
        }

        private Exception elsewhere() {
            return new IllegalStateException("x");
        }

        @Test
        void whatWasCopied() {
            var memory = new UnifiedMemoryManager(32 << 20, 0.5);
            try (TaskScope scope = new TaskScope(1, "task 1", memory.openTask("task 1"))) {
                RecordCopier copier = RecordCopier.attachTo(scope, serializer);
                for (Object value : List.of(
                        new ArrayList<>(List.of(1, "x")),
                        map(1024, List.of("Aa", "c", "BB")),
                        new Tagged<>(List.of("x"), 7),
                        new Numbered("x", 1, 0),
                        new Generic<>("k", new long[] {1}),
                        new Object[] {1, null, "x"},
                        Optional.of(new StringBuilder("x")),
                        new PriorityQueue<>(List.of(5, 1, 3, 2)),
                        map(64, List.of("Aa", "c", "BB")).values(),
                        new TreeMap<>(Map.of(1, 2, 3, 4)).descendingMap(),
                        Arrays.asList(1, 2, 3).subList(1, 3),
                        Collections.unmodifiableCollection(new ArrayDeque<>(List.of(1))),
                        Map.entry(1, new ArrayList<>()),
                        (Serializable & LongSupplier) () -> 7,
                        new Date(5),
                        EnumSet.of(Color.RED, Color.GREEN))) {
                    assertSame(value, copier.isolate(value));
                }
            }
        }
    }

    private static final class CachingHash {

        private final String text;
        private int hash;

        CachingHash(String text) {
            this.text = text;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof CachingHash other && text.equals(other.text);
        }

        @Override
        public int hashCode() {
            if (hash == 0) {
                hash = text.hashCode();
            }
            return hash;
        }
    }

    /** What is asked throws what it likes. */
    private static final class Hostile extends ArrayList<String> {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // looked for by its name
        private int hash;

        @Override
        public int hashCode() {
            throw new IllegalStateException("hostile");
        }

        @Override
        public Iterator<String> iterator() {
            throw new IllegalStateException("hostile");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("hostile");
        }
    }

    private static final class ThrowsError implements Serializable {

        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) {
            throw new AssertionError("the user's, not " + out);
        }
    }

    private static final class Swallows implements Serializable {

        private static final long serialVersionUID = 1L;

        private final transient Object part;

        Swallows(Object part) {
            this.part = part;
        }

        @SuppressWarnings("EmptyCatch")
        private void writeObject(ObjectOutputStream out) {
            try {
                out.writeObject(part);
            } catch (Exception e) {
                // as if it were nothing
            }
        }
    }

    /** Counts how often it is written. */
    private static final class Counting implements Serializable {

        private static final long serialVersionUID = 1L;

        private final transient AtomicInteger writes = new AtomicInteger();
        private long number;

        private void writeObject(ObjectOutputStream out) throws IOException {
            writes.incrementAndGet();
            out.writeLong(number);
        }
    }

    @Nested
    class OfReferences {

        private final ContentDigest references = ContentDigest.ofReferences(serializer, 1);

        @Test
        void isTheSame() {
            List<Object> table = new ArrayList<>(Collections.nCopies(1000, "x"));
            for (long i = 0; i < 10; i++) {
                Object value = new Generic<>(i, table);
                assertThat(references.of(value)).isEqualTo(digest.of(value));
            }
            assertThat(references.change()).isZero();
        }

        @Test
        void walksWhatManyReferToOnceAndOnceMoreAtTheEnd() {
            Counting shared = new Counting();
            for (long i = 0; i < 1000; i++) {
                long unused = references.of(new Generic<>(i, List.of(shared)));
            }
            assertThat(shared.writes).hasValue(1);
            assertThat(references.change()).isZero();
            assertThat(shared.writes).hasValue(2);
        }

        @Test
        void noticesWhatHasChangedMeanwhile() {
            Counting shared = new Counting();
            long[] weights = new long[1000];
            for (Object part : List.of(shared, weights)) {
                long unused = references.of(new Generic<>(1, part)) + references.of(new Generic<>(2, part));
                shared.number++;
                weights[500]++;
                assertThat(references.change()).as("%s", part).isNotZero();
                assertThat(references.change()).as("%s, asked again", part).isZero();
            }
        }

        @Test
        void doesNotRememberWhatChangesOtherwise() {
            long[] reused = new long[1000];
            Set<Long> hashes = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                reused[i]++;
                hashes.add(digest.of(new Generic<>(1, reused)));
            }

            assertThat(hashes).hasSize(10);
        }
    }

    @Nested
    class OfEnclosingInstances {

        @Test
        void isAskedForOnceForAllWithin() {
            Counting counting = new Counting();
            Enclosing<Counting> outer = new Enclosing<>(counting);
            for (int i = 0; i < 100; i++) {
                long unused = digest.of(outer.new Inner(i));
            }

            assertThat(counting.writes).hasValue(1);
        }

        @Test
        void thatCannotBeWalkedLeavesTheRestToTheSerializer() {
            Enclosing<Thread> outer = new Enclosing<>(new Thread());
            Enclosing<Object>.Inner within = new Enclosing<Object>(1).new Inner(1);

            assertThat(digest.of(outer.new Inner(1))).isNotEqualTo(digest.of(outer.new Inner(2)));
            assertSame(within, new Enclosing<Object>(1).new Inner(1));
            assertThat(within.sum()).isEqualTo(1 + 1);
        }
    }

    private static final class Enclosing<T> {

        private final T part;

        Enclosing(T part) {
            this.part = part;
        }

        final class Inner {

            private final int number;

            Inner(int number) {
                this.number = number;
            }

            int sum() {
                return number + part.hashCode();
            }
        }
    }

    @Nested
    class GoesOn {

        @Test
        void whereUserCodeThrows() {
            long unused = digest.of(new Hostile());

            assertThat(digest.of(List.of(new Hostile()))).isNotNull();
            assertSame(List.of(1), List.of(1));
        }

        @Test
        void whereUserCodeSwallowsThatAPartCannotBeWalked() {
            long unused = digest.of(new Swallows(new Thread()));

            assertTellsApart("after that", Swallows::new);
        }

        @Test
        void unlessUserCodeThrowsAnError() {
            Object value = List.of(new ThrowsError());

            assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> digest.of(value));
        }

        /** A hundred levels of two references to the next: walked without memory, it would never end. */
        @Test
        void wherePartsArePartsOfManyParts() {
            Object part = "the end";
            for (int i = 0; i < 60; i++) {
                part = List.of(part, part);
            }
            Object same = "the end";
            for (int i = 0; i < 60; i++) {
                same = Arrays.asList(same, same);
            }

            assertSame(part, same);
        }

        @Test
        void whereAGraphHasManyWays(TestSeed seed) {
            assertSame(graph(seed.random(), 1), graph(seed.random(), 1));
            assertThat(digest.of(graph(seed.random(), 1))).isNotEqualTo(digest.of(graph(seed.random(), 2)));
        }

        private Node graph(SplittableRandom random, long number) {
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                nodes.add(new Node(i == 99 ? number : 0));
            }
            for (Node node : nodes) {
                for (int i = 0; i < 4; i++) {
                    node.others.add(nodes.get(random.nextInt(nodes.size())));
                }
            }
            nodes.get(0).others.add(nodes.get(99));
            return nodes.get(0);
        }

        @Test
        void whereAChainIsTooDeepForAnyStack() {
            Object chain = chain(1_000_000, "the end");

            assertThat(digest.of(chain)).isNotEqualTo(digest.of(chain));
        }
    }
}
