package dev.favilla.serializer;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Time;
import java.sql.Timestamp;
import java.text.DecimalFormat;
import java.text.SimpleDateFormat;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.time.chrono.ThaiBuddhistDate;
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
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SimpleTimeZone;
import java.util.SortedMap;
import java.util.Stack;
import java.util.StringJoiner;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values of the JDK that records are made of, or that somebody tries. */
final class Corpus {

    /** Begins the names of what is no data. */
    static final String NO_DATA = "no data: ";

    private Corpus() {}

    /**
     * A value, and how its content shows where {@code equals} does not tell.
     *
     * @param make makes it anew each time
     * @param content what has to be equal
     */
    record Sample(String name, java.util.function.Supplier<Object> make, Function<Object, Object> content) {

        static Sample of(Object value) {
            return new Sample(value.getClass().getName() + " " + shortened(value), () -> value, v -> v);
        }

        static Sample of(Object value, Function<Object, Object> content) {
            return new Sample(value.getClass().getName(), () -> value, content);
        }

        private static String shortened(Object value) {
            String text = String.valueOf(value).replaceAll("\\s+", " ");
            return text.substring(0, Math.min(30, text.length()));
        }

        Object value() {
            return make.get();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    enum Color {
        RED,
        GREEN {}
    }

    /** Whatever is iterated, in order, and of which class. */
    static String elements(Object collection) {
        return collection.getClass().getName() + new ArrayList<>((Collection<?>) collection);
    }

    static String text(Object value) {
        return value.getClass().getName() + value;
    }

    static Stream<Sample> jdk() {
        return Stream.of(values(), times(), collections(), wrappers(), views(), holders(), notData())
                .flatMap(s -> s);
    }

    private static Stream<Sample> values() {
        return Stream.of(
                        true,
                        (byte) 1,
                        (short) -2,
                        'x',
                        3,
                        4L,
                        Float.NaN,
                        -0.0,
                        "text ☃",
                        "x".repeat(100_000),
                        BigInteger.TEN.pow(50),
                        new BigDecimal("1.500"),
                        BigDecimal.ZERO,
                        new UUID(1, 2),
                        URI.create("http://example.org/a?b#c"),
                        new File("a/b"),
                        Locale.forLanguageTag("sr-Latn-RS-u-nu-latn"),
                        Locale.ROOT,
                        StandardCharsets.UTF_16LE,
                        java.util.Currency.getInstance("EUR"),
                        BitSet.valueOf(new long[] {5, 0, 6}),
                        Optional.empty(),
                        Optional.of(List.of(1)),
                        OptionalInt.of(1),
                        OptionalLong.empty(),
                        OptionalDouble.of(1.5),
                        DayOfWeek.FRIDAY,
                        TimeUnit.DAYS,
                        Color.GREEN,
                        Color.GREEN.getClass(),
                        String.class,
                        int.class,
                        int[][].class,
                        Map.Entry.class,
                        Thread.class,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
                        Path.of("a/b"))
                .map(Sample::of);
    }

    private static Stream<Sample> times() {
        GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"), Locale.ITALY);
        calendar.setTimeInMillis(5);
        Timestamp timestamp = new Timestamp(6);
        timestamp.setNanos(123_456_789);
        return Stream.of(
                        Instant.MAX,
                        LocalDate.MIN,
                        MonthDay.of(2, 29),
                        OffsetTime.MAX,
                        ZonedDateTime.parse("2026-11-22T10:00:00+01:00[Europe/Rome]"),
                        ZoneId.of("UTC+1"),
                        JapaneseDate.of(2020, 1, 1),
                        ThaiBuddhistDate.of(2563, 1, 1),
                        Clock.fixed(Instant.EPOCH, ZoneId.of("UTC")),
                        new Date(5),
                        timestamp,
                        new java.sql.Date(7),
                        new Time(8),
                        calendar,
                        TimeZone.getTimeZone("Europe/Rome"),
                        new SimpleTimeZone(3_600_000, "Own"),
                        new SimpleDateFormat("yyyy", Locale.ROOT),
                        new DecimalFormat("0.00"))
                .map(Sample::of);
    }

    private static Stream<Sample> collections() {
        Comparator<String> reversed = Comparator.reverseOrder();
        List<String> texts = Arrays.asList("b", "a", "C");
        Map<String, Integer> map = new HashMap<>(Map.of("b", 1, "a", 2));
        TreeSet<String> ignoringCase = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        ignoringCase.addAll(texts);
        TreeMap<String, Integer> sorted = new TreeMap<>(reversed);
        sorted.putAll(map);
        ConcurrentSkipListSet<String> skipSet = new ConcurrentSkipListSet<>(reversed);
        skipSet.addAll(texts);
        ConcurrentSkipListMap<String, Integer> skipMap = new ConcurrentSkipListMap<>(reversed);
        skipMap.putAll(map);
        PriorityQueue<String> queue = new PriorityQueue<>(reversed);
        queue.addAll(texts);
        PriorityBlockingQueue<String> blocking = new PriorityBlockingQueue<>(3, reversed);
        blocking.addAll(texts);
        LinkedBlockingQueue<String> bounded = new LinkedBlockingQueue<>(5);
        bounded.addAll(texts);
        ArrayBlockingQueue<String> array = new ArrayBlockingQueue<>(5);
        array.addAll(texts);
        Properties properties = new Properties();
        properties.put("k", "v");
        Properties below = new Properties(properties);
        Stream<Sample> equal = Stream.of(
                        new ArrayList<>(Arrays.asList(1, null, "x")),
                        new LinkedList<>(texts),
                        new Vector<>(texts),
                        new HashSet<>(texts),
                        new LinkedHashSet<>(texts),
                        new CopyOnWriteArrayList<>(texts),
                        new CopyOnWriteArraySet<>(texts),
                        new HashMap<>(map),
                        new LinkedHashMap<>(map),
                        new Hashtable<>(map),
                        new WeakHashMap<>(map),
                        new ConcurrentHashMap<>(map),
                        new EnumMap<>(Map.of(Color.GREEN, "g")),
                        new EnumMap<Color, String>(Color.class),
                        EnumSet.noneOf(Color.class),
                        EnumSet.allOf(TimeUnit.class),
                        properties)
                .map(Sample::of);
        Stream<Sample> shown = Stream.of(
                        new ArrayDeque<>(texts),
                        queue,
                        blocking,
                        new LinkedBlockingDeque<>(texts),
                        new LinkedTransferQueue<>(texts),
                        new ConcurrentLinkedQueue<>(texts),
                        new ConcurrentLinkedDeque<>(texts),
                        ignoringCase,
                        skipSet,
                        stack(texts))
                .map(value -> Sample.of(value, Corpus::elements));
        Stream<Sample> special = Stream.of(
                Sample.of(sorted, v -> ((SortedMap<?, ?>) v).comparator() + text(v)),
                Sample.of(skipMap, v -> ((SortedMap<?, ?>) v).comparator() + text(v)),
                Sample.of(ignoringCase, v -> ((NavigableSet<?>) v).contains("B") + text(v)),
                Sample.of(bounded, v -> ((LinkedBlockingQueue<?>) v).remainingCapacity() + text(v)),
                Sample.of(array, v -> ((ArrayBlockingQueue<?>) v).remainingCapacity() + text(v)),
                Sample.of(below, v -> ((Properties) v).getProperty("k")),
                Sample.of(new IdentityHashMap<>(Map.of(Color.RED, "x")), Corpus::text),
                Sample.of(new DelayQueue<>()));
        return Stream.of(equal, shown, special).flatMap(s -> s);
    }

    private static Stack<String> stack(List<String> texts) {
        Stack<String> stack = new Stack<>();
        stack.addAll(texts);
        return stack;
    }

    private static Stream<Sample> wrappers() {
        List<String> list = new ArrayList<>(List.of("b", "a"));
        Set<String> set = new TreeSet<>(list);
        TreeMap<String, Integer> map = new TreeMap<>(Map.of("a", 1));
        Queue<String> lifo = Collections.asLifoQueue(new ArrayDeque<>(list));
        Stream<Sample> equal = Stream.of(
                        List.of(),
                        List.of(1),
                        List.of(1, 2, 3),
                        Set.of(),
                        Set.of(1, 2),
                        Map.of(),
                        Map.of(1, 2),
                        Map.of(1, 2, 3, 4),
                        Map.entry(1, 2),
                        Stream.of(1, null).toList(),
                        Arrays.asList("a", null),
                        Arrays.asList(1, 2).subList(0, 1),
                        Collections.emptyList(),
                        Collections.emptySet(),
                        Collections.emptyMap(),
                        Collections.emptySortedMap(),
                        Collections.emptyNavigableSet(),
                        Collections.singletonList(null),
                        Collections.singleton(1),
                        Collections.singletonMap(1, null),
                        Collections.nCopies(3, "x"),
                        Collections.unmodifiableList(list),
                        Collections.unmodifiableList(new LinkedList<>(list)),
                        Collections.unmodifiableSet(set),
                        Collections.unmodifiableSortedSet(new TreeSet<>(list)),
                        Collections.unmodifiableNavigableMap(map),
                        Collections.unmodifiableMap(map),
                        Collections.synchronizedList(list),
                        Collections.synchronizedSortedMap(map),
                        Collections.checkedList(list, String.class),
                        Collections.checkedMap(map, String.class, Integer.class),
                        ofMap("a"),
                        ConcurrentHashMap.newKeySet())
                .map(Sample::of);
        Stream<Sample> shown = Stream.of(
                        lifo,
                        Collections.unmodifiableCollection(list),
                        Collections.synchronizedCollection(list),
                        Collections.checkedQueue(new ArrayDeque<>(list), String.class))
                .map(value -> Sample.of(value, v -> List.copyOf((Collection<?>) v)));
        Stream<Sample> same = Stream.of(
                        Collections.reverseOrder(),
                        Comparator.naturalOrder(),
                        String.CASE_INSENSITIVE_ORDER,
                        Collections.reverseOrder(String.CASE_INSENSITIVE_ORDER))
                .map(Sample::of);
        return Stream.of(equal, shown, same).flatMap(s -> s);
    }

    private static Set<String> ofMap(String element) {
        Set<String> set = Collections.newSetFromMap(new ConcurrentHashMap<>());
        set.add(element);
        return set;
    }

    private static Stream<Sample> views() {
        List<Integer> list = new ArrayList<>(List.of(1, 2, 3, 4));
        Map<Integer, String> hash = new HashMap<>(Map.of(1, "a", 2, "b"));
        TreeMap<Integer, String> tree = new TreeMap<>(Map.of(1, "a", 2, "b", 3, "c"));
        Stream<Sample> equal = Stream.of(
                        list.subList(1, 3),
                        new LinkedList<>(list).subList(0, 2),
                        List.of(1, 2, 3).subList(1, 2),
                        new Vector<>(list).subList(0, 1),
                        new CopyOnWriteArrayList<>(list).subList(1, 3),
                        hash.keySet(),
                        hash.entrySet(),
                        hash.entrySet().iterator().next(),
                        new LinkedHashMap<>(hash).keySet(),
                        new ConcurrentHashMap<>(hash).keySet(),
                        tree.headMap(2),
                        tree.descendingMap(),
                        tree.navigableKeySet(),
                        tree.subMap(1, true, 2, true),
                        tree.firstEntry(),
                        new TreeSet<>(tree.keySet()).descendingSet(),
                        new TreeSet<>(tree.keySet()).tailSet(2),
                        new ConcurrentSkipListMap<>(tree).tailMap(2),
                        new EnumMap<>(Map.of(Color.RED, 1)).keySet(),
                        Map.of(1, 2).keySet(),
                        Collections.unmodifiableMap(hash).entrySet())
                .map(Sample::of);
        Stream<Sample> shown = Stream.of(
                        hash.values(), tree.values(), Map.of(1, 2).values())
                .map(value -> Sample.of(value, v -> List.copyOf((Collection<?>) v)));
        return Stream.concat(equal, shown);
    }

    private static Stream<Sample> holders() {
        IllegalStateException failure = new IllegalStateException("outer", new IOException("inner"));
        failure.addSuppressed(new Error("beside"));
        LongSummaryStatistics statistics = new LongSummaryStatistics();
        statistics.accept(5);
        LongAdder adder = new LongAdder();
        adder.add(5);
        DoubleAdder doubles = new DoubleAdder();
        doubles.add(1.5);
        int captured = 5;
        return Stream.of(
                Sample.of(new AtomicInteger(7), Corpus::text),
                Sample.of(new AtomicLong(7), Corpus::text),
                Sample.of(new AtomicReference<>(List.of(1)), Corpus::text),
                Sample.of(new AtomicIntegerArray(new int[] {1, 2}), Corpus::text),
                Sample.of(adder, Corpus::text),
                Sample.of(doubles, Corpus::text),
                Sample.of(new StringBuilder("sb"), Corpus::text),
                Sample.of(new StringBuffer("sb"), Corpus::text),
                Sample.of(Pattern.compile("a+", Pattern.CASE_INSENSITIVE), v -> v + " " + ((Pattern) v).flags()),
                new Sample("Random", () -> new Random(5), v -> ((Random) v).nextLong()),
                Sample.of(ByteBuffer.wrap(new byte[] {1, 2})),
                Sample.of(new int[][] {{1}, {2, 3}}, v -> Arrays.deepToString((Object[]) v)),
                Sample.of(IntStream.range(0, 100_000).toArray(), v -> Arrays.hashCode((int[]) v)),
                Sample.of(new Object[] {1, "x", null, new byte[0]}, v -> Arrays.deepToString((Object[]) v)),
                Sample.of(new Color[] {Color.GREEN, null}, v -> Arrays.asList((Object[]) v)),
                Sample.of(
                        failure,
                        v -> text(v)
                                + ((Throwable) v).getCause()
                                + Arrays.toString(((Throwable) v).getSuppressed())
                                + Arrays.toString(((Throwable) v).getStackTrace())),
                Sample.of(
                        (Function<Integer, Integer> & Serializable) x -> x + captured,
                        v -> ((Function<?, ?>) v).getClass().isHidden()),
                Sample.of(statistics, Corpus::text),
                Sample.of(new StringJoiner(",").add("x"), Corpus::text),
                Sample.of(new ReentrantLock(), v -> ((ReentrantLock) v).isFair()));
    }

    private static Stream<Sample> notData() {
        return Stream.of(
                        new Object(),
                        Thread.currentThread(),
                        Stream.of(1),
                        List.of(1).iterator(),
                        new CompletableFuture<>(),
                        new CountDownLatch(1),
                        CharBuffer.allocate(3),
                        ThreadLocal.withInitial(() -> 1),
                        (Runnable) () -> {},
                        Corpus.class.getClassLoader(),
                        System.out,
                        new HashMap<>(Map.of(1, 2)).keySet().iterator())
                .map(value -> new Sample(NO_DATA + value.getClass().getName(), () -> value, v -> v));
    }
}
