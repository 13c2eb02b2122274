package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.stats.Aggregates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chains that people write most, as they write them: no call names its type arguments. */
@Timeout(60)
class CommonChainsTest {

    /** A line of an order. */
    record Order(String customer, String item, long amount, long minute) {}

    /** Events of a customer that follow each other closely. */
    record Session(String customer, long from, long to, int events) {}

    /** A key of which only the customer decides where it lies. */
    record Event(String customer, long minute) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            return Comparator.comparing(Event::customer)
                    .thenComparing(Event::minute)
                    .compare(this, other);
        }
    }

    private static final List<Order> ORDERS = List.of(
            new Order("ann", "tea", 3, 0),
            new Order("bob", "milk", 5, 2),
            new Order("ann", "milk", 7, 4),
            new Order("cem", "tea", 2, 5),
            new Order("ann", "tea", 1, 60),
            new Order("bob", "tea", 9, 61));

    @AutoClose
    private final EngineContext engine = EngineContext.open("local[2]");

    private final RDD<Order> orders = engine.parallelize(ORDERS, 3);

    private final RDD<String> lines = engine.parallelize(List.of("to be or not", "to be", ""), 2);

    private final RDD<Integer> numbers =
            engine.parallelize(IntStream.rangeClosed(1, 10).boxed().toList(), 4);

    private final PairRDD<String, String> cities =
            engine.parallelizePairs(List.of(Pair.of("ann", "Oslo"), Pair.of("bob", "Rome"), Pair.of("dan", "Bonn")), 2);

    private PairRDD<String, Long> amounts() {
        return orders.mapToPair(order -> Pair.of(order.customer(), order.amount()));
    }

    // ---------------------------------------------------------------- counting and summing by key

    @Test
    void wordCount() {
        assertThat(lines.flatMap(line -> List.of(line.split(" ")))
                        .filter(word -> !word.isEmpty())
                        .mapToPair(word -> Pair.of(word, 1))
                        .reduceByKey(Integer::sum)
                        .sortByKey()
                        .collect())
                .containsExactly(Pair.of("be", 2), Pair.of("not", 1), Pair.of("or", 1), Pair.of("to", 2));
    }

    @Test
    void pairsByFlatMap() {
        assertThat(lines.flatMapToPair(line -> Stream.of(line.split(" "))
                                .map(word -> Pair.of(word, line.length()))
                                .toList())
                        .reduceByKey(Math::max)
                        .lookup("to"))
                .containsExactly(12);
    }

    @Test
    void averageForEachKey() {
        assertThat(amounts()
                        .mapValues(amount -> Pair.of(amount, 1))
                        .reduceByKey((a, b) -> Pair.of(a.key() + b.key(), a.value() + b.value()))
                        .mapValues(sum -> (double) sum.key() / sum.value())
                        .collectAsMap())
                .isEqualTo(Map.of("ann", 11 / 3.0, "bob", 7.0, "cem", 2.0));
        assertThat(amounts()
                        .aggregateByKey(Aggregates.averaging(Long::doubleValue))
                        .collectAsMap())
                .isEqualTo(Map.of("ann", 11 / 3.0, "bob", 7.0, "cem", 2.0));
    }

    @Test
    void largestForEachKey() {
        assertThat(amounts()
                        .aggregateByKey(Aggregates.topN(2, Comparator.reverseOrder()))
                        .collectAsMap())
                .containsKeys("ann", "bob", "cem")
                .hasEntrySatisfying("bob", top -> assertThat(top).hasSize(2));
        assertThat(orders.keyBy(Order::customer)
                        .reduceByKey((a, b) -> a.amount() >= b.amount() ? a : b)
                        .mapValues(Order::item)
                        .collectAsMap())
                .isEqualTo(Map.of("ann", "milk", "bob", "tea", "cem", "tea"));
    }

    @Test
    void listsForEachKey() {
        assertThat(amounts()
                        .aggregateByKey(
                                new ArrayList<Long>(),
                                (list, amount) -> {
                                    list.add(amount);
                                    return list;
                                },
                                (left, right) -> {
                                    left.addAll(right);
                                    return left;
                                })
                        .mapValues(List::size)
                        .collectAsMap())
                .isEqualTo(Map.of("ann", 3, "bob", 2, "cem", 1));
    }

    @Test
    void combining() {
        assertThat(amounts()
                        .combineByKey(
                                amount -> new long[] {amount, 1},
                                (sum, amount) -> new long[] {sum[0] + amount, sum[1] + 1},
                                (a, b) -> new long[] {a[0] + b[0], a[1] + b[1]})
                        .mapValues(sum -> sum[0] * 10 + sum[1])
                        .collectAsMap())
                .isEqualTo(Map.of("ann", 113L, "bob", 142L, "cem", 21L));
    }

    @Test
    void groups() {
        assertThat(amounts()
                        .groupByKey()
                        .mapValues(group -> {
                            long sum = 0;
                            for (long amount : group) {
                                sum += amount;
                            }
                            return sum;
                        })
                        .collectAsMap())
                .isEqualTo(Map.of("ann", 11L, "bob", 14L, "cem", 2L));
        assertThat(orders.groupBy(Order::item)
                        .mapValues(group -> group.iterator().next().customer())
                        .keys()
                        .collect())
                .containsExactlyInAnyOrder("tea", "milk");
    }

    @Test
    void foldingByKeyAndCountingKeys() {
        assertThat(amounts().foldByKey(0L, Long::sum).values().fold(0L, Long::sum))
                .isEqualTo(27);
        assertThat(amounts().countByKey()).isEqualTo(Map.of("ann", 3L, "bob", 2L, "cem", 1L));
    }

    // ---------------------------------------------------------------- joins

    @Test
    void joinAndTakeApart() {
        assertThat(amounts()
                        .join(cities)
                        .mapValues(Pair.unpack((amount, city) -> city + " " + amount))
                        .values()
                        .collect())
                .containsExactlyInAnyOrder("Oslo 3", "Oslo 7", "Oslo 1", "Rome 5", "Rome 9");
    }

    @Test
    void joinThenSumByWhatWasJoined() {
        assertThat(amounts()
                        .join(cities)
                        .mapToPair(
                                row -> Pair.of(row.value().value(), row.value().key()))
                        .reduceByKey(Long::sum)
                        .collectAsMap())
                .isEqualTo(Map.of("Oslo", 11L, "Rome", 14L));
    }

    @Test
    void outerJoinWithADefault() {
        assertThat(amounts()
                        .reduceByKey(Long::sum)
                        .leftOuterJoin(cities)
                        .mapValues(row -> row.optionalRight().orElse("nowhere"))
                        .collectAsMap())
                .isEqualTo(Map.of("ann", "Oslo", "bob", "Rome", "cem", "nowhere"));
    }

    @Test
    void keysOfOneSideOnly() {
        assertThat(amounts().subtractByKey(cities).keys().distinct().collect()).containsExactly("cem");
        assertThat(cities.keys().intersection(amounts().keys()).collect()).containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void cogroup() {
        assertThat(amounts()
                        .cogroup(cities)
                        .filter(row -> !row.value().first().iterator().hasNext())
                        .flatMapValues(groups -> groups.second())
                        .collect())
                .containsExactly(Pair.of("dan", "Bonn"));
    }

    @Test
    void lookupInABroadcastTable() {
        var table = engine.broadcast(cities.collectAsMap());

        assertThat(orders.map(order -> table.value().getOrDefault(order.customer(), "nowhere"))
                        .countByValue())
                .isEqualTo(Map.of("Oslo", 3L, "Rome", 2L, "nowhere", 1L));
    }

    // ---------------------------------------------------------------- sorts

    @Test
    void sortWithAComparator() {
        assertThat(orders.sortBy(Order::amount, Comparator.reverseOrder(), 2)
                        .map(Order::amount)
                        .collect())
                .containsExactly(9L, 7L, 5L, 3L, 2L, 1L);
        assertThat(orders.sortBy(Order::amount, false, 2).map(Order::item).first())
                .isEqualTo("tea");
    }

    @Test
    void largestByACountedValue() {
        assertThat(orders.mapToPair(order -> Pair.of(order.item(), 1L))
                        .reduceByKey(Long::sum)
                        .top(1, Ordering.by(Pair::value)))
                .containsExactly(Pair.of("tea", 4L));
    }

    @Test
    void secondarySort() {
        HashPartitioner byHash = new HashPartitioner(2);

        assertThat(orders.mapToPair(order -> Pair.of(new Event(order.customer(), order.minute()), order.item()))
                        .partitionBy(byHash)
                        .sortByKey()
                        .map(row -> row.key().customer() + row.key().minute() + row.value())
                        .collect())
                .containsExactly("ann0tea", "ann4milk", "ann60tea", "bob2milk", "bob61tea", "cem5tea");
    }

    @Test
    void sessions() {
        assertThat(orders.groupBy(Order::customer)
                        .flatMapValues(CommonChainsTest::sessions)
                        .values()
                        .sortBy(session -> session.customer() + session.from())
                        .collect())
                .containsExactly(
                        new Session("ann", 0, 4, 2),
                        new Session("ann", 60, 60, 1),
                        new Session("bob", 2, 2, 1),
                        new Session("bob", 61, 61, 1),
                        new Session("cem", 5, 5, 1));
    }

    private static List<Session> sessions(Iterable<Order> group) {
        List<Order> sorted = new ArrayList<>();
        group.forEach(sorted::add);
        sorted.sort(Comparator.comparing(Order::minute));
        List<Session> sessions = new ArrayList<>();
        for (Order order : sorted) {
            int last = sessions.size() - 1;
            if (last >= 0 && order.minute() - sessions.get(last).to() < 30) {
                Session open = sessions.get(last);
                sessions.set(last, new Session(open.customer(), open.from(), order.minute(), open.events() + 1));
            } else {
                sessions.add(new Session(order.customer(), order.minute(), order.minute(), 1));
            }
        }
        return sessions;
    }

    // ---------------------------------------------------------------- one value of all

    @Test
    void distinctAndCount() {
        assertThat(orders.map(Order::customer).distinct().count()).isEqualTo(3);
    }

    @Test
    void largestByAComparator() {
        assertThat(orders.reduce((a, b) -> a.amount() > b.amount() ? a : b).customer())
                .isEqualTo("bob");
        assertThat(orders.max(Ordering.by(Order::amount)).customer()).isEqualTo("bob");
    }

    @Test
    void aggregatesOfAnotherType() {
        assertThat(numbers.aggregate(0L, (sum, n) -> sum + n, Long::sum)).isEqualTo(55);
        assertThat(numbers.treeAggregate(
                        new TreeSet<Integer>(),
                        (set, n) -> {
                            set.add(n % 3);
                            return set;
                        },
                        (a, b) -> {
                            a.addAll(b);
                            return a;
                        }))
                .containsExactly(0, 1, 2);
    }

    @Test
    void histogramAndMean() {
        DoubleRDD amounts = orders.mapToDouble(order -> (double) order.amount());

        assertThat(amounts.histogram(0, 4, 10)).containsExactly(3, 3);
        assertThat(amounts.mean()).isEqualTo(4.5);
    }

    @Test
    void piByChance() {
        long inside = engine.range(0, 1_000, 1, 4)
                .map(i -> Math.hypot((i % 32) / 32.0, (i / 32) / 32.0))
                .filter(distance -> distance <= 1)
                .count();

        assertThat(4.0 * inside / 1_000).isBetween(3.0, 3.4);
    }

    // ---------------------------------------------------------------- places and partitions

    @Test
    void everySecondRecord() {
        assertThat(lines.zipWithIndex()
                        .filter(row -> row.value() % 2 == 0)
                        .keys()
                        .collect())
                .containsExactly("to be or not", "");
    }

    @Test
    void slidingSums() {
        assertThat(numbers.zipWithIndex()
                        .flatMapToPair(row -> List.of(
                                Pair.of(row.value(), row.key()),
                                Pair.of(row.value() + 1, row.key()),
                                Pair.of(row.value() + 2, row.key())))
                        .groupByKey()
                        .flatMapValues(window -> {
                            List<Integer> all = new ArrayList<>();
                            window.forEach(all::add);
                            return all.size() < 3
                                    ? List.of()
                                    : List.of(all.stream().mapToInt(n -> n).sum());
                        })
                        .sortByKey()
                        .values()
                        .collect())
                .containsExactly(6, 9, 12, 15, 18, 21, 24, 27);
    }

    @Test
    void anIteratorForEachPartition() {
        assertThat(numbers.mapPartitions(records -> {
                            int sum = 0;
                            while (records.hasNext()) {
                                sum += records.next();
                            }
                            return List.of(sum).iterator();
                        })
                        .collect())
                .containsExactly(3, 12, 13, 27);
        assertThat(numbers.mapPartitionsWithIndex((partition, records) -> counted(partition, records))
                        .collect())
                .containsExactly("0: 2", "1: 3", "2: 2", "3: 3");
    }

    private static Iterator<String> counted(int partition, Iterator<Integer> records) {
        return List.of(partition + ": " + Engines.toList(records).size()).iterator();
    }

    @Test
    void sampleAndSplit() {
        List<RDD<Integer>> parts = numbers.randomSplit(new double[] {0.5, 0.5}, 11);

        assertThat(numbers.sample(false, 1.0, 11).count()).isEqualTo(10);
        assertThat(parts.get(0).union(parts.get(1)).sortBy(n -> n).collect()).isEqualTo(numbers.collect());
    }

    @Test
    void unionOfMany() {
        List<RDD<Integer>> many =
                Stream.of(1, 2, 3).map(by -> numbers.map(n -> n * by)).toList();

        assertThat(engine.union(many).map(n -> (long) n).reduce(Long::sum)).isEqualTo(55 * 6);
    }

    @Test
    void countingOnTheSide() {
        LongAccumulator bad = engine.longAccumulator("bad");

        engine.parallelize(List.of("1", "x", "3"), 2).foreach(text -> {
            if (!text.matches("\\d+")) {
                bad.add(1);
            }
        });

        assertThat(bad.value()).isEqualTo(1);
    }

    // ---------------------------------------------------------------- files

    @Test
    void textOutAndBack(@TempDir Path directory) {
        String path = directory.resolve("text").toString();

        numbers.map(n -> "n=" + n).saveAsTextFile(path);

        assertThat(engine.textFile(path)
                        .map(line -> Integer.parseInt(line.substring(2)))
                        .sortBy(n -> n)
                        .collect())
                .isEqualTo(numbers.collect());
    }

    @Test
    void recordsFromCsvAndJson(@TempDir Path directory) {
        String csv = directory.resolve("csv").toString();
        String json = directory.resolve("json").toString();

        orders.saveAsCsv(csv);
        orders.saveAsJsonLines(json);

        assertThat(engine.readCsv(csv, Order.class)
                        .mapToPair(order -> Pair.of(order.item(), order.amount()))
                        .reduceByKey(Long::sum)
                        .collectAsMap())
                .isEqualTo(Map.of("tea", 15L, "milk", 12L));
        assertThat(Set.copyOf(engine.readJsonLines(json, Order.class).collect()))
                .isEqualTo(Set.copyOf(ORDERS));
    }
}
