package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.MapPartitionsFunction;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody sees what others do to records that can change: neither tasks, nor the caller, nor a second attempt. */
@NotIn(value = TestMode.STRICT, because = "strict mode refuses what is stated here: records that change")
@InEveryMode
@ParameterizedClass
@ValueSource(strings = {"local[1]", "local[2]", "local-cluster[2,1,64]"})
@Timeout(60)
class MutableRecordsTest {

    @Parameter
    String master;

    private EngineContext engine;

    private EngineContext engine() {
        if (engine == null) {
            engine = Engines.open(master);
        }
        return engine;
    }

    @AfterEach
    void close() {
        if (engine != null) {
            Engines.assertIdle(engine);
            engine.close();
        }
    }

    /** A number that can be changed, and so a key or value that can be used again. */
    static final class Cell implements Serializable, Comparable<Cell> {

        private static final long serialVersionUID = 1L;

        long number;

        Cell(long number) {
            this.number = number;
        }

        Cell with(long other) {
            number = other;
            return this;
        }

        @Override
        public int compareTo(Cell other) {
            return Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Cell other && number == other.number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }

        @Override
        public String toString() {
            return "cell " + number;
        }
    }

    /** Says the numbers of a partition, all through one pair of one key and one value. */
    private record OneOfEach(int keys) implements MapPartitionsFunction<Long, Pair<Cell, Cell>> {

        @Override
        public Iterator<Pair<Cell, Cell>> call(Iterator<Long> numbers) {
            Pair<Cell, Cell> pair = Pair.of(new Cell(0), new Cell(0));
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return numbers.hasNext();
                }

                @Override
                public Pair<Cell, Cell> next() {
                    long number = numbers.next();
                    pair.key().number = number % keys;
                    pair.value().number = number;
                    return pair;
                }
            };
        }
    }

    private static final int NUMBERS = 100;
    private static final int KEYS = 5;

    private PairRDD<Cell, Cell> reused(int numbers, int keys, int partitions) {
        return PairRDD.of(engine().range(0, numbers, 1, partitions).mapPartitions(new OneOfEach(keys)));
    }

    private static Map<Long, Long> sums(int numbers, int keys) {
        Map<Long, Long> sums = new TreeMap<>();
        LongStream.range(0, numbers).forEach(n -> sums.merge(n % keys, n, Long::sum));
        return sums;
    }

    private static Map<Long, Long> plain(Map<Cell, Cell> cells) {
        Map<Long, Long> plain = new TreeMap<>();
        cells.forEach((key, value) -> plain.put(key.number, value.number));
        return plain;
    }

    /** Returns the dataset with its keys where {@code partitions} reducers want them, through a function that reuses. */
    private PairRDD<Cell, Cell> placedAndReused(int numbers, int keys, int partitions) {
        return PairRDD.of(engine().range(0, numbers, 1, 3).mapToPair(n -> Pair.of(new Cell(n % keys), new Cell(n))))
                .partitionBy(new HashPartitioner(partitions))
                .mapValues(new Reusing());
    }

    private static final class Reusing implements dev.favilla.function.MapFunction<Cell, Cell> {

        private static final long serialVersionUID = 1L;

        private final Cell cell = new Cell(0);

        @Override
        public Cell call(Cell value) {
            return cell.with(value.number);
        }
    }

    // ---------------------------------------------------------------- combining

    @Test
    void aReusedPairIsReducedRightInAnyNumberOfPartitions() {
        for (int partitions : new int[] {1, 2, 7}) {
            PairRDD<Cell, Cell> sums =
                    reused(NUMBERS, KEYS, partitions).reduceByKey((a, b) -> a.with(a.number + b.number), 3);

            assertThat(plain(sums.collectAsMap())).isEqualTo(sums(NUMBERS, KEYS));
            assertThat(plain(sums.collectAsMap())).as("again").isEqualTo(sums(NUMBERS, KEYS));
        }
    }

    @Test
    void aReusedPairIsReducedRightWhereTheTableOverflows() {
        int keys = 40_000;
        int numbers = 3 * keys;

        assertThat(plain(reused(numbers, keys, 2)
                        .reduceByKey((a, b) -> a.with(a.number + b.number), 2)
                        .collectAsMap()))
                .isEqualTo(sums(numbers, keys));
    }

    @Test
    void aMergeMayReturnItsSecondArgument() {
        Map<Long, Long> largest = plain(reused(NUMBERS, KEYS, 2)
                .reduceByKey((a, b) -> a.number > b.number ? a : b, 2)
                .collectAsMap());

        assertThat(largest).isEqualTo(Map.of(0L, 95L, 1L, 96L, 2L, 97L, 3L, 98L, 4L, 99L));
    }

    @Test
    void aReusedKeyAloneIsReducedRight() {
        Cell key = new Cell(0);
        Map<Cell, Integer> counts = engine().range(0, NUMBERS, 1, 2)
                .mapToPair(n -> Pair.of(key.with(n % KEYS), 1))
                .reduceByKey(Integer::sum, 2)
                .collectAsMap();

        assertThat(counts)
                .hasSize(KEYS)
                .allSatisfy((cell, count) -> assertThat(count).isEqualTo(NUMBERS / KEYS));
    }

    @Test
    void aReusedValueAloneIsReducedRight() {
        long[] value = new long[1];
        Map<Long, long[]> sums = engine().range(0, NUMBERS, 1, 2)
                .mapToPair(n -> {
                    value[0] = n;
                    return Pair.of(n % KEYS, value);
                })
                .reduceByKey(
                        (a, b) -> {
                            a[0] += b[0];
                            return a;
                        },
                        2)
                .collectAsMap();

        Map<Long, Long> plain = new TreeMap<>();
        sums.forEach((k, v) -> plain.put(k, v[0]));
        assertThat(plain).isEqualTo(sums(NUMBERS, KEYS));
    }

    @Test
    void whatAFlatMapUsesAgainIsReducedRight() {
        FlatMapFunction<Long, Pair<Cell, Cell>> twice = n -> {
            Pair<Cell, Cell> pair = Pair.of(new Cell(0), new Cell(0));
            return () -> LongStream.of(n, n)
                    .mapToObj(each -> {
                        pair.key().number = each % KEYS;
                        pair.value().number = each;
                        return pair;
                    })
                    .iterator();
        };
        PairRDD<Cell, Cell> pairs = PairRDD.of(engine().range(0, NUMBERS, 1, 2).flatMap(twice));

        Map<Long, Long> sums = plain(
                pairs.reduceByKey((a, b) -> a.with(a.number + b.number), 2).collectAsMap());

        assertThat(sums)
                .isEqualTo(sums(NUMBERS, KEYS).entrySet().stream()
                        .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> 2 * e.getValue())));
    }

    @Test
    void reusedRecordsAreToldApartByDistinct() {
        RDD<Cell> cells = reused(NUMBERS, KEYS, 2).keys();

        assertThat(cells.distinct(3).collect())
                .containsExactlyInAnyOrder(new Cell(0), new Cell(1), new Cell(2), new Cell(3), new Cell(4));
        assertThat(cells.union(cells).distinct(2).collect()).hasSize(KEYS);
    }

    @Test
    void aReusedPairIsGroupedRight() {
        Map<Cell, Iterable<Cell>> groups =
                reused(NUMBERS, KEYS, 2).groupByKey(2).collectAsMap();

        assertThat(groups).hasSize(KEYS);
        groups.forEach((key, values) -> assertThat(values)
                .extracting(cell -> cell.number)
                .containsExactlyElementsOf(LongStream.range(0, NUMBERS)
                        .filter(n -> n % KEYS == key.number)
                        .boxed()
                        .toList()));
    }

    @Test
    void anAccumulatorMayKeepTheValuesItIsGiven() {
        Map<Cell, ArrayList<Cell>> lists = reused(NUMBERS, KEYS, 2)
                .aggregateByKey(
                        new ArrayList<Cell>(),
                        2,
                        (list, cell) -> {
                            list.add(cell);
                            return list;
                        },
                        (a, b) -> {
                            a.addAll(b);
                            return a;
                        })
                .collectAsMap();

        assertThat(lists).hasSize(KEYS);
        lists.forEach((key, values) -> assertThat(values)
                .hasSize(NUMBERS / KEYS)
                .doesNotHaveDuplicates()
                .allMatch(cell -> cell.number % KEYS == key.number));
    }

    @Test
    void aReusedValueIsCombinedRightWhereNothingIsShuffled() {
        PairRDD<Cell, Cell> placed = placedAndReused(NUMBERS, KEYS, 2);
        HashPartitioner same = new HashPartitioner(2);

        assertThat(plain(placed.reduceByKey(same, (a, b) -> a.with(a.number + b.number))
                        .collectAsMap()))
                .isEqualTo(sums(NUMBERS, KEYS));
        placed.groupByKey(same)
                .collectAsMap()
                .forEach((key, values) -> assertThat(values)
                        .hasSize(NUMBERS / KEYS)
                        .doesNotHaveDuplicates()
                        .allMatch(cell -> cell.number % KEYS == key.number));
        assertThat(Engines.shufflesOf(placed.groupByKey(same))).isEqualTo(1);
        assertThat(placed.keys().distinct(2).collect()).hasSize(KEYS);
    }

    @Test
    void combiningCachedRecordsInPlaceLeavesThemAsTheyAre() {
        PairRDD<Integer, Cell> cached = engine().range(0, NUMBERS, 1, 2)
                .mapToPair(n -> Pair.of((int) (n % KEYS), new Cell(n)))
                .partitionBy(new HashPartitioner(2))
                .mapValues(cell -> new Cell(cell.number));
        cached.cache();
        PairRDD<Integer, Cell> sums = cached.reduceByKey(new HashPartitioner(2), (a, b) -> a.with(a.number + b.number));

        Map<Integer, Cell> once = sums.collectAsMap();

        assertThat(sums.collectAsMap()).isEqualTo(once);
        assertThat(cached.map(pair -> pair.value().number).reduce(Long::sum)).isEqualTo(4950);
    }

    @Test
    void aSideOfAJoinThatUsesItsValueAgainKeepsItsRowsApart() {
        PairRDD<Cell, Cell> right = placedAndReused(20, KEYS, 2);
        PairRDD<Cell, String> left = engine().range(0, KEYS, 1, 2)
                .mapToPair(n -> Pair.of(new Cell(n), "left " + n))
                .partitionBy(new HashPartitioner(2));

        List<String> rows = left.join(right, new HashPartitioner(2))
                .map(row -> row.key().number + ": " + row.value().value().number)
                .collect();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 20)
                        .mapToObj(n -> n % KEYS + ": " + n)
                        .toList());
    }

    @Test
    void aReusedRecordReachesTheNextIteratorAsItIs() {
        List<Long> numbers = LongStream.range(0, NUMBERS).boxed().toList();

        assertThat(reused(NUMBERS, KEYS, 2)
                        .mapPartitions(pairs -> {
                            List<Long> seen = new ArrayList<>();
                            pairs.forEachRemaining(pair -> seen.add(pair.value().number));
                            return seen.iterator();
                        })
                        .collect())
                .isEqualTo(numbers);
        assertThat(engine().range(0, NUMBERS, 1, 2)
                        .map(Cell::new)
                        .map(new Reusing())
                        .mapPartitions(cells -> {
                            List<Long> seen = new ArrayList<>();
                            cells.forEachRemaining(cell -> seen.add(cell.number));
                            return seen.iterator();
                        })
                        .collect())
                .isEqualTo(numbers);
    }

    /** Nothing tells of a null what will stand in its place. */
    @Test
    void aReusedRecordAfterOneOfNullsReachesTheNextIteratorAsItIs() {
        for (Pair<Cell, Cell> first : Arrays.<Pair<Cell, Cell>>asList(null, Pair.of(null, null))) {
            assertThat(engine().range(0, NUMBERS, 1, 2)
                            .mapPartitions(numbers -> {
                                List<Pair<Cell, Cell>> records = new ArrayList<>(List.of(Pair.of(null, null)));
                                records.set(0, first);
                                Pair<Cell, Cell> pair = Pair.of(new Cell(0), new Cell(0));
                                return Stream.concat(
                                                records.stream(),
                                                Engines.toList(numbers).stream().map(n -> {
                                                    pair.value().with(n);
                                                    return pair;
                                                }))
                                        .iterator();
                            })
                            .filter(pair -> true)
                            .mapPartitions(pairs -> {
                                List<Long> seen = new ArrayList<>();
                                pairs.next();
                                pairs.forEachRemaining(pair -> seen.add(pair.value().number));
                                return seen.iterator();
                            })
                            .collect())
                    .as("after %s", first)
                    .isEqualTo(LongStream.range(0, NUMBERS).boxed().toList());
        }
    }

    @Test
    void aReusedRecordAfterImmutableOnesReachesTheNextIteratorAsItIs() {
        List<Object> seen = engine().range(0, NUMBERS, 1, 2)
                .<Object>mapPartitions(numbers -> {
                    Cell cell = new Cell(0);
                    return Stream.concat(
                                    IntStream.range(0, 20).<Object>mapToObj(i -> i),
                                    Engines.toList(numbers).stream().<Object>map(n -> cell.with(n)))
                            .iterator();
                })
                .filter(record -> true)
                .mapPartitions(records -> {
                    List<Object> numbers = new ArrayList<>();
                    records.forEachRemaining(record -> {
                        if (record instanceof Cell cell) {
                            numbers.add(cell.number);
                        }
                    });
                    return numbers.iterator();
                })
                .collect();

        assertThat(seen).isEqualTo(LongStream.range(0, NUMBERS).boxed().toList());
    }

    // ---------------------------------------------------------------- elements

    @Test
    void anElementThatATaskChangesIsChangedForNobodyElse() {
        List<int[]> mine = List.of(new int[] {0}, new int[] {0});
        RDD<Integer> ones = engine().parallelize(mine, 2).map(a -> ++a[0]);

        assertThat(ones.collect()).containsExactly(1, 1);
        assertThat(ones.collect()).as("again").containsExactly(1, 1);
        assertThat(mine).as("the caller's").allMatch(a -> a[0] == 0);
    }

    @Test
    void anElementThatTheCallerChangesLaterIsNotChangedForTasks() {
        Cell cell = new Cell(1);
        Pair<String, Cell> pair = Pair.of("k", cell);
        RDD<Cell> cells = engine().parallelize(Arrays.asList(cell, null), 1);
        PairRDD<String, Cell> pairs = engine().parallelizePairs(List.of(pair), 1);
        cell.number = 2;

        assertThat(cells.collect()).containsExactly(new Cell(1), null);
        assertThat(pairs.collect()).containsExactly(Pair.of("k", new Cell(1)));
    }

    @Test
    void anElementIsFreshInEachAttempt() {
        try (EngineContext trying = Engines.open("local[2,3]")) {
            List<Integer> seen = trying.parallelize(List.of(new int[] {0}, new int[] {10}), 2)
                    .map(a -> {
                        a[0]++;
                        return Engines.notInFirstAttempt(a[0]);
                    })
                    .collect();

            assertThat(seen).containsExactly(1, 11);
        }
    }

    @NotIn(
            value = {TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
            because = "nobody gets a record there but as a copy")
    @Test
    void immutableElementsAreShared() {
        String text = new String("one of its kind");

        try (EngineContext local = Engines.open("local[2]")) {
            assertThat(local.parallelize(List.of(text)).first()).isSameAs(text);
        }
    }

    @Test
    void slicesOfCopiedElementsAreThoseOfSharedOnes() {
        List<Cell> cells = IntStream.range(0, 10).mapToObj(Cell::new).toList();

        List<List<Cell>> partitions = Engines.partitionsOf(engine().parallelize(cells, 4));

        assertThat(partitions)
                .containsExactly(cells.subList(0, 2), cells.subList(2, 5), cells.subList(5, 7), cells.subList(7, 10));
        assertThat(engine().parallelize(cells, 4).take(3)).isEqualTo(cells.subList(0, 3));
    }

    @NotIn(
            value = TestMode.SPARK,
            because = "with the flags that Spark needs a thread can be looked into, and what it leads to is named")
    @Test
    void anElementThatCannotBeCopiedIsRefusedWhereItIsPassed() {
        Map<String, Object> holder = new HashMap<>(Map.of("worker", new Thread("never started")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine().parallelize(List.of(1, "two", holder), 2))
                .withMessageContainingAll(
                        "element 2 of parallelize at MutableRecordsTest.java", "java.lang.Thread", "worker", "record");
        assertThat(engine().recentJobs()).isEmpty();
    }

    // ---------------------------------------------------------------- actions

    @Test
    void reducingInPlaceGivesTheSameTwice() {
        RDD<Cell> elements = engine().parallelize(List.of(new Cell(1), new Cell(3)), 1);
        RDD<Cell> cached = engine().range(0, 10, 1, 3).map(Cell::new);
        cached.cache();

        for (int round = 0; round < 2; round++) {
            assertThat(elements.reduce((a, b) -> a.with(a.number + b.number))).isEqualTo(new Cell(4));
            assertThat(cached.reduce((a, b) -> a.with(a.number + b.number))).isEqualTo(new Cell(45));
            assertThat(cached.reduce((a, b) -> b.with(a.number + b.number))).isEqualTo(new Cell(45));
            assertThat(cached.fold(new Cell(0), (a, b) -> b.with(a.number + b.number)))
                    .isEqualTo(new Cell(45));
            assertThat(cached.fold(new Cell(0), (a, b) -> a.with(a.number + b.number)))
                    .isEqualTo(new Cell(45));
        }
        assertThat(cached.map(cell -> cell.number).reduce(Long::sum)).isEqualTo(45);
    }

    @NotIn(value = TestMode.SPARK, because = "a merge in the driver is tried once there")
    @Test
    void aMergeInPlaceThatIsTriedAgainFindsTheSameParts() {
        try (EngineContext trying = Engines.open("local[2,3]")) {
            Cell sum = trying.range(0, 10, 1, 4)
                    .map(Cell::new)
                    .reduce((a, b) -> Engines.notInFirstAttempt(a.with(a.number + b.number)));

            assertThat(sum).isEqualTo(new Cell(45));
        }
    }

    @Test
    void reusedRecordsAreReducedRight() {
        assertThat(reused(NUMBERS, KEYS, 3).values().reduce((a, b) -> a.number > b.number ? a : b))
                .isEqualTo(new Cell(99));
        assertThat(reused(NUMBERS, KEYS, 3).values().reduce((a, b) -> a.with(a.number + b.number)))
                .isEqualTo(new Cell(4950));
    }

    @Test
    void theSmallestOfReusedRecordsAreTheSmallest() {
        RDD<Cell> cells = reused(NUMBERS, KEYS, 3).values();

        assertThat(cells.takeOrdered(3)).containsExactly(new Cell(0), new Cell(1), new Cell(2));
        assertThat(cells.top(3)).containsExactly(new Cell(99), new Cell(98), new Cell(97));
    }

    @Test
    void whatTakeOrderedReturnsIsTheCallersOwn() {
        RDD<Cell> cached = engine().range(0, 10, 1, 3).map(Cell::new);
        cached.cache();

        cached.takeOrdered(2, Comparator.<Cell>naturalOrder()).forEach(cell -> cell.number = 100);

        assertThat(cached.takeOrdered(2)).containsExactly(new Cell(0), new Cell(1));
    }

    @Test
    void whatCannotBeCopiedIsNamedWithItsOperation() {
        RDD<Thread> threads = engine().range(0, 2, 1, 1).map(n -> new Thread("never started"));

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> threads.reduce((a, b) -> Objects.hash(a) > Objects.hash(b) ? a : b)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContainingAll("reduce at MutableRecordsTest.java", "java.lang.Thread");
    }
}
