package dev.favilla.examples;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.DoubleRDD;
import dev.favilla.EngineContext;
import dev.favilla.LongAccumulator;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.examples.EveryVerbTest.Flight;
import dev.favilla.stats.BoundedDouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** As {@link EveryVerbTest}: the operations on places, by chance, on values of keys, and those that do not wait. */
@ParameterizedClass
@CsvSource(
        delimiter = '|',
        value = {"local[2]|false", "local-cluster[2,1,64]|false", "local[2]|true", "local-cluster[2,1,64]|true"})
@Timeout(120)
class EveryOtherVerbTest {

    private static final int PARTITIONS = 3;
    private static final long SEED = 29;
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);

    @Parameter(0)
    String master;

    @Parameter(1)
    String strict;

    private final List<Flight> all = EveryVerbTest.table();
    private final long passengers = all.stream().mapToLong(Flight::count).sum();

    private EngineContext engine;
    private RDD<Flight> flights;
    private PairRDD<String, Long> departures;

    @BeforeEach
    void open() {
        engine = EngineContext.builder()
                .master(master)
                .set("favilla.strict", strict)
                .open();
        flights = engine.parallelize(all, PARTITIONS);
        departures = flights.mapToPair(f -> Pair.of(f.origin(), f.count()));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private Map<String, Long> sums() {
        return all.stream().collect(groupingBy(Flight::origin, summingLong(Flight::count)));
    }

    private Map<String, Long> numbers() {
        return all.stream().collect(groupingBy(Flight::origin, Collectors.counting()));
    }

    @Test
    void whatNumbersRecords() {
        assertThat(flights.zipWithIndex().map(Pair::value).collect())
                .isEqualTo(
                        IntStream.range(0, all.size()).mapToObj(i -> (long) i).toList());
        assertThat(flights.zipWithIndex().keys().collect()).isEqualTo(all);

        List<Long> unique = new ArrayList<>();
        List<List<Flight>> partitions = flights.glom().collect();
        for (int k = 0; k < PARTITIONS; k++) {
            for (int j = 0; j < partitions.get(k).size(); j++) {
                unique.add((long) j * PARTITIONS + k);
            }
        }
        assertThat(flights.zipWithUniqueId().values().collect()).isEqualTo(unique);
    }

    @Test
    void whatReadsPartitionsTogether() {
        RDD<Long> counts = flights.map(Flight::count);

        assertThat(flights.zip(counts)
                        .filter(row -> row.key().count() == row.value())
                        .count())
                .isEqualTo(all.size());
        assertThat(flights.zipPartitions(counts, (left, right) -> {
                            long sum = 0;
                            for (; left.hasNext(); left.next()) {
                                sum += right.next();
                            }
                            return List.of(sum).iterator();
                        })
                        .reduce(Long::sum))
                .isEqualTo(passengers);
    }

    @Test
    void whatCutsPartitionsAnew() {
        assertThat(flights.glom().collect().stream().flatMap(List::stream).toList())
                .isEqualTo(all);
        assertThat(flights.coalesce(2).getNumPartitions()).isEqualTo(2);
        assertThat(flights.coalesce(2).collect()).isEqualTo(all);
        assertThat(flights.repartition(7).getNumPartitions()).isEqualTo(7);
        assertThat(flights.repartition(7).collect()).containsExactlyInAnyOrderElementsOf(all);
        assertThat(flights.collectPartitions(2, 0))
                .containsExactly(
                        flights.glom().collect().get(2),
                        flights.glom().collect().get(0));
        List<Flight> pulled = new ArrayList<>();
        flights.toLocalIterator().forEachRemaining(pulled::add);
        assertThat(pulled).isEqualTo(all);
    }

    @Test
    void whatGoesByChance() {
        Set<Flight> table = new HashSet<>(all);
        List<Flight> tenth = flights.sample(false, 0.1, SEED).collect();
        List<RDD<Flight>> halves = flights.randomSplit(new double[] {1, 1}, SEED);

        assertThat(tenth).isSubsetOf(table).hasSizeBetween(all.size() / 20, all.size() / 5);
        assertThat(flights.sample(false, 0.1, SEED).collect()).isEqualTo(tenth);
        assertThat(halves.get(0).union(halves.get(1)).collect()).containsExactlyInAnyOrderElementsOf(all);
        assertThat(flights.takeSample(false, 20, SEED)).hasSize(20).isSubsetOf(table);
    }

    @Test
    void whatGoesByChanceForEachKey() {
        Map<String, Double> half = new HashMap<>();
        numbers().keySet().forEach(origin -> half.put(origin, 0.5));
        Map<String, Long> exact = new HashMap<>();
        numbers().forEach((origin, count) -> exact.put(origin, (count + 1) / 2));

        assertThat(departures.sampleByKeyExact(false, half, SEED).countByKey()).isEqualTo(exact);
        assertThat(departures.sampleByKey(false, half, SEED).count())
                .isBetween(all.size() * 2L / 5, all.size() * 3L / 5);
    }

    @Test
    void whatMergesValuesOfAKey() {
        assertThat(departures.foldByKey(0L, Long::sum).collectAsMap()).isEqualTo(sums());
        assertThat(departures
                        .combineByKey(count -> count, (sum, count) -> sum + count, Long::sum)
                        .collectAsMap())
                .isEqualTo(sums());
        assertThat(departures.reduceByKeyLocally(Long::sum)).isEqualTo(sums());
        assertThat(departures.countByKey()).isEqualTo(numbers());
        assertThat(flights.map(Flight::origin).countByValue()).isEqualTo(numbers());
        String first = all.get(0).origin();
        assertThat(departures.lookup(first))
                .isEqualTo(all.stream()
                        .filter(f -> f.origin().equals(first))
                        .map(Flight::count)
                        .toList());
        assertThat(departures
                        .flatMapValues(count -> List.of(count, -count))
                        .values()
                        .reduce(Long::sum))
                .isZero();
    }

    @Test
    void whatCountsAboutHowManyAKeyHas() {
        Map<String, Long> exact = all.stream()
                .collect(groupingBy(
                        Flight::origin,
                        Collectors.collectingAndThen(Collectors.mapping(Flight::destination, Collectors.toSet()), set ->
                                (long) set.size())));

        flights.mapToPair(f -> Pair.of(f.origin(), f.destination()))
                .countApproxDistinctByKey(0.02)
                .collectAsMap()
                .forEach((origin, about) -> assertThat(about.doubleValue())
                        .as(origin)
                        .isBetween(0.9 * exact.get(origin) - 1, 1.1 * exact.get(origin) + 1));
    }

    @Test
    void whatAggregatesAll() {
        assertThat(flights.aggregate(0L, (sum, f) -> sum + f.count(), Long::sum))
                .isEqualTo(passengers);
        assertThat(flights.treeAggregate(0L, (sum, f) -> sum + f.count(), Long::sum, 3))
                .isEqualTo(passengers);
        assertThat(flights.map(Flight::count).treeReduce(Long::sum)).isEqualTo(passengers);
        assertThat(engine.parallelizeDoubles(
                                all.stream().map(f -> (double) f.count()).toList(), PARTITIONS)
                        .sum())
                .isEqualTo(passengers);
    }

    @Test
    void whatDoesNotWait() throws Exception {
        LongAccumulator counted = engine.longAccumulator("counted");

        assertThat(flights.countAsync().get()).isEqualTo(all.size());
        assertThat(flights.collectAsync().get()).isEqualTo(all);
        assertThat(flights.takeAsync(5).get()).isEqualTo(all.subList(0, 5));
        flights.foreachAsync(f -> counted.add(f.count())).get();
        assertThat(counted.value()).isEqualTo(passengers);
        flights.foreachPartitionAsync(records -> counted.add(-sum(records))).get();
        assertThat(counted.value()).isZero();
        flights.foreachPartition(records -> counted.add(sum(records)));
        assertThat(counted.value()).isEqualTo(passengers);
    }

    private static long sum(Iterator<Flight> records) {
        long sum = 0;
        while (records.hasNext()) {
            sum += records.next().count();
        }
        return sum;
    }

    @Test
    void whatIsExactIfThereIsTime() {
        DoubleRDD counts = flights.mapToDouble(f -> (double) f.count());
        Map<String, BoundedDouble> ofOrigins = new HashMap<>();
        numbers().forEach((origin, count) -> ofOrigins.put(origin, BoundedDouble.exactly(count)));

        assertThat(flights.countApprox(LONG_ENOUGH).getFinalValue()).isEqualTo(BoundedDouble.exactly(all.size()));
        assertThat(counts.sumApprox(LONG_ENOUGH).getFinalValue()).isEqualTo(BoundedDouble.exactly(passengers));
        BoundedDouble mean = counts.meanApprox(LONG_ENOUGH).getFinalValue();
        assertThat(mean).isEqualTo(BoundedDouble.exactly(counts.mean()));
        assertThat(mean.mean()).isCloseTo((double) passengers / all.size(), within(1e-6));
        assertThat(departures.countByKeyApprox(LONG_ENOUGH).getFinalValue()).isEqualTo(ofOrigins);
        assertThat(flights.map(Flight::origin).countByValueApprox(LONG_ENOUGH).getFinalValue())
                .isEqualTo(ofOrigins);
    }

    @Test
    void whatSaysWhereAndGoesElsewhere() {
        assertThat(IntStream.range(0, PARTITIONS).mapToObj(flights::preferredLocations))
                .allMatch(List::isEmpty);

        List<String> sorted =
                flights.map(Flight::origin).coalesce(1).pipe("sort -u").collect();

        assertThat(new TreeSet<>(sorted)).isEqualTo(new TreeSet<>(numbers().keySet()));
        assertThat(sorted).hasSameSizeAs(numbers().keySet());
    }

    @Test
    void whatIsEmpty() {
        assertThat(engine.<Flight>emptyRDD().union(flights).collect()).isEqualTo(all);
        assertThat(new TreeSet<>(engine.<String>emptyRDD().collect())).isEmpty();
    }
}
