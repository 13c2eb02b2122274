package dev.favilla.examples;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.Broadcast;
import dev.favilla.CollectionAccumulator;
import dev.favilla.DoubleAccumulator;
import dev.favilla.DoubleRDD;
import dev.favilla.EngineContext;
import dev.favilla.Joined;
import dev.favilla.LongAccumulator;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.event.EngineListener;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.io.SinkWriter;
import dev.favilla.io.Source;
import dev.favilla.io.SourceReader;
import dev.favilla.io.Split;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.stats.Aggregates;
import dev.favilla.storage.StorageLevel;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Every public operation on the table of flights, against streams and loops over the same lines. */
class EveryVerbTest {

    private static final List<String> SOURCES = List.of("EveryVerbTest.java", "EveryOtherVerbTest.java");
    private static final String FLIGHTS =
            Run.resource("/data/flights-airport.csv").toString();

    /** Operations that are in the tests of their own, and those of any object. */
    private static final Set<String> ELSEWHERE = Set.of(
            // of jobs that are cut off, and of executors that come and go
            "cancelAllJobs",
            "cancelJob",
            "cancelJobGroup",
            "cancelJobGroupAndFutureJobs",
            "cancelJobsWithTag",
            "cancelStage",
            "killTaskAttempt",
            "addExecutor",
            "drainExecutor",
            // of any object
            "equals",
            "hashCode",
            "toString");

    /** A line of the table. */
    record Flight(String origin, String destination, long count) implements Serializable {

        static Flight of(String line) {
            String[] fields = line.split(",");
            return new Flight(fields[0], fields[1], Long.parseLong(fields[2]));
        }
    }

    static List<Flight> table() {
        try (Stream<String> lines = Files.lines(Path.of(FLIGHTS))) {
            return lines.skip(1).map(Flight::of).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static <K, V> Map<K, V> asMap(List<Pair<K, V>> pairs) {
        Map<K, V> map = new HashMap<>();
        pairs.forEach(pair -> assertThat(map.put(pair.key(), pair.value())).isNull());
        return map;
    }

    private static <T> Map<T, Long> counts(List<T> records) {
        return records.stream().collect(groupingBy(Function.identity(), counting()));
    }

    /** By name; the forms of an operation are in the tests of their own. */
    @Test
    void noneIsMissing() throws IOException {
        StringBuilder read = new StringBuilder();
        for (String name : SOURCES) {
            read.append(Files.readString(Path.of("src/test/java/dev/favilla/examples", name)));
        }
        String source = read.toString();
        Set<String> missing = Stream.of(RDD.class, PairRDD.class, DoubleRDD.class, EngineContext.class)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> method.getDeclaringClass().getName().startsWith("dev.favilla."))
                .map(Method::getName)
                .filter(name -> !ELSEWHERE.contains(name))
                .filter(name -> !source.matches("(?s).*[.:>]" + name + "\\b.*"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(missing).isEmpty();
    }

    @Nested
    @ParameterizedClass
    @CsvSource(
            delimiter = '|',
            value = {"local[2]|false", "local-cluster[2,1,64]|false", "local[2]|true", "local-cluster[2,1,64]|true"})
    @Timeout(120)
    class On {

        @Parameter(0)
        String master;

        @Parameter(1)
        String strict;

        @TempDir
        Path directory;

        private final List<Flight> all = table();

        private EngineContext.Builder builder() {
            return EngineContext.builder().master(master).set("favilla.strict", strict);
        }

        private EngineContext open() {
            return builder().open();
        }

        private RDD<Flight> flights(EngineContext engine) {
            return engine.textFile(FLIGHTS, 3)
                    .filter(line -> !line.startsWith("origin"))
                    .map(Flight::of);
        }

        private PairRDD<String, Long> departures(EngineContext engine) {
            return flights(engine).mapToPair(f -> Pair.of(f.origin(), f.count()));
        }

        private PairRDD<String, Long> arrivals(EngineContext engine) {
            return flights(engine).mapToPair(f -> Pair.of(f.destination(), f.count()));
        }

        private Map<String, Long> sums(Function<Flight, String> key) {
            return all.stream().collect(groupingBy(key, summingLong(Flight::count)));
        }

        @Test
        void whatCutsALineage() {
            try (EngineContext engine = open()) {
                engine.setCheckpointDir(directory.toString());
                PairRDD<String, Long> written =
                        departures(engine).reduceByKey(Long::sum).checkpoint();
                PairRDD<String, Long> kept =
                        arrivals(engine).reduceByKey(Long::sum).localCheckpoint();
                assertThat(written.isCheckpointed()).isFalse();

                assertThat(written.collectAsMap()).isEqualTo(sums(Flight::origin));
                assertThat(kept.collectAsMap()).isEqualTo(sums(Flight::destination));

                assertThat(kept.isCheckpointed()).isTrue();
                assertThat(kept.collectAsMap()).isEqualTo(sums(Flight::destination));
                String path = written.getCheckpointFile().orElseThrow();
                assertThat(path).startsWith(engine.getCheckpointDir().orElseThrow());
                assertThat(asMap(engine.<Pair<String, Long>>checkpointFile(path).collect()))
                        .isEqualTo(sums(Flight::origin));
            }
        }

        @Test
        void whatGoesRecordByRecord() {
            try (EngineContext engine = open()) {
                RDD<Flight> flights = flights(engine);

                assertThat(flights.collect()).isEqualTo(all);
                assertThat(flights.flatMap(f -> List.of(f.origin(), f.destination()))
                                .count())
                        .isEqualTo(2L * all.size());
                assertThat(counts(flights.flatMapToPair(
                                        f -> List.of(Pair.of(f.origin(), 1), Pair.of(f.destination(), 1)))
                                .keys()
                                .collect()))
                        .isEqualTo(counts(all.stream()
                                .flatMap(f -> Stream.of(f.origin(), f.destination()))
                                .toList()));
                assertThat(flights.flatMapToDouble(f -> List.of((double) f.count()))
                                .sum())
                        .isEqualTo(all.stream().mapToDouble(Flight::count).sum());
                assertThat(flights.mapMulti((Flight f, dev.favilla.function.MapMultiFunction.Emitter<String> emit) -> {
                                    if (f.count() > 10_000) {
                                        emit.emit(f.origin());
                                    }
                                })
                                .collect())
                        .isEqualTo(all.stream()
                                .filter(f -> f.count() > 10_000)
                                .map(Flight::origin)
                                .toList());
                assertThat(flights.<String, Long>mapMultiToPair((f, emit) -> emit.emit(Pair.of(f.origin(), f.count())))
                                .values()
                                .reduce(Long::sum))
                        .isEqualTo(all.stream().mapToLong(Flight::count).sum());
                assertThat(flights.keyBy(Flight::origin)
                                .mapValues(Flight::destination)
                                .first())
                        .isEqualTo(Pair.of(all.get(0).origin(), all.get(0).destination()));
                assertThat(flights.union(flights).count()).isEqualTo(2L * all.size());
            }
        }

        @Test
        void whatGoesPartitionByPartition() {
            try (EngineContext engine = open()) {
                RDD<Flight> flights = flights(engine);

                RDD<Integer> sizes = flights.mapPartitions(records -> {
                    int size = 0;
                    for (; records.hasNext(); records.next()) {
                        size++;
                    }
                    return List.of(size).iterator();
                });
                assertThat(sizes.getNumPartitions()).isEqualTo(flights.getNumPartitions());
                assertThat(sizes.fold(0, Integer::sum)).isEqualTo(all.size());
                assertThat(flights.mapPartitionsToPair(records -> List.of(
                                                Pair.of(records.next().origin(), 1))
                                        .iterator())
                                .first())
                        .isEqualTo(Pair.of(all.get(0).origin(), 1));
                assertThat(flights.mapPartitionsToDouble(records ->
                                        List.of((double) records.next().count()).iterator())
                                .count())
                        .isEqualTo(flights.getNumPartitions());
                assertThat(flights.mapPartitionsWithIndex(
                                        (i, records) -> List.of(i).iterator())
                                .collect())
                        .isEqualTo(LongStream.range(0, flights.getNumPartitions())
                                .mapToObj(i -> (int) i)
                                .toList());
            }
        }

        @Test
        void whatBringsKeysTogether() {
            try (EngineContext engine = open()) {
                PairRDD<String, Long> departures = departures(engine);
                Map<String, Long> expected = sums(Flight::origin);

                assertThat(departures.reduceByKey(Long::sum).collectAsMap()).isEqualTo(expected);
                assertThat(departures.aggregateByKey(0L, Long::sum, Long::sum).collectAsMap())
                        .isEqualTo(expected);
                assertThat(asMap(departures
                                .groupByKey(4)
                                .mapValues(values -> {
                                    long sum = 0;
                                    for (long value : values) {
                                        sum += value;
                                    }
                                    return sum;
                                })
                                .collect()))
                        .isEqualTo(expected);
                assertThat(flights(engine).groupBy(Flight::origin).count()).isEqualTo(expected.size());
                assertThat(departures.keys().distinct().count()).isEqualTo(expected.size());
                assertThat(departures.values().take(3))
                        .isEqualTo(all.stream().map(Flight::count).limit(3).toList());
                PairRDD<String, Long> placed = departures.partitionBy(new HashPartitioner(5));
                assertThat(placed.partitioner()).contains(new HashPartitioner(5));
                assertThat(counts(placed.collect())).isEqualTo(counts(departures.collect()));
            }
        }

        @Test
        void whatBringsTwoSidesTogether() {
            try (EngineContext engine = open()) {
                PairRDD<String, Long> out = departures(engine).reduceByKey(Long::sum);
                PairRDD<String, Long> in = arrivals(engine).reduceByKey(Long::sum);
                Map<String, Long> outs = sums(Flight::origin);
                Map<String, Long> ins = sums(Flight::destination);
                Set<String> both = new HashSet<>(outs.keySet());
                both.retainAll(ins.keySet());
                Set<String> either = new HashSet<>(outs.keySet());
                either.addAll(ins.keySet());
                Map<String, Pair<Long, Long>> joined = new HashMap<>();
                both.forEach(key -> joined.put(key, Pair.of(outs.get(key), ins.get(key))));

                assertThat(asMap(out.join(in).collect())).isEqualTo(joined);
                assertThat(asMap(out.joinBroadcast(in).collect())).isEqualTo(joined);
                assertThat(out.leftOuterJoinBroadcast(in)
                                .filter(row -> !row.value().hasRight())
                                .count())
                        .isEqualTo(outs.size() - both.size());
                assertThat(out.leftOuterJoin(in)
                                .filter(row -> !row.value().hasRight())
                                .count())
                        .isEqualTo(outs.size() - both.size());
                assertThat(out.rightOuterJoin(in)
                                .filter(row -> !row.value().hasLeft())
                                .count())
                        .isEqualTo(ins.size() - both.size());
                Map<String, Joined<Long, Long>> full =
                        asMap(out.fullOuterJoin(in).collect());
                assertThat(full).containsOnlyKeys(either);
                full.forEach((key, row) -> {
                    assertThat(row.left()).isEqualTo(outs.get(key));
                    assertThat(row.right()).isEqualTo(ins.get(key));
                });
                assertThat(asMap(out.cogroup(in).collect())).containsOnlyKeys(either);
                assertThat(asMap(out.groupWith(in, out).collect())).containsOnlyKeys(either);
                assertThat(out.subtractByKey(in).count()).isEqualTo(outs.size() - both.size());
                assertThat(counts(out.keys().intersection(in.keys()).collect()).keySet())
                        .isEqualTo(both);
                assertThat(out.keys().subtract(in.keys()).count()).isEqualTo(outs.size() - both.size());
                assertThat(out.cartesian(engine.parallelize(List.of(1, 2), 2)).count())
                        .isEqualTo(2L * outs.size());
            }
        }

        @Test
        void whatSorts() {
            try (EngineContext engine = open()) {
                PairRDD<String, Long> sums = departures(engine).reduceByKey(Long::sum);
                TreeMap<String, Long> expected = new TreeMap<>(sums(Flight::origin));

                PairRDD<String, Long> sorted = sums.sortByKey();
                assertThat(new ArrayList<>(sorted.collectAsMap().entrySet()))
                        .isEqualTo(new ArrayList<>(expected.entrySet()));
                assertThat(sorted.filterByRange("B", "D").keys().collect())
                        .isEqualTo(new ArrayList<>(
                                expected.subMap("B", true, "D", true).keySet()));
                assertThat(flights(engine).sortBy(Flight::count).collect())
                        .isEqualTo(all.stream()
                                .sorted(Comparator.comparing(Flight::count))
                                .toList());
                assertThat(sums.repartitionAndSortWithinPartitions(new HashPartitioner(1))
                                .keys()
                                .collect())
                        .isEqualTo(new ArrayList<>(expected.keySet()));
                assertThat(sums.rangePartitioner(true, 3).numPartitions()).isEqualTo(3);
            }
        }

        @Test
        void actions() {
            try (EngineContext engine = open()) {
                RDD<Flight> flights = flights(engine);
                RDD<Long> counts = flights.map(Flight::count);
                List<Long> sorted = all.stream().map(Flight::count).sorted().toList();
                long distinct = new HashSet<>(sorted).size();

                assertThat(counts.takeOrdered(4)).isEqualTo(sorted.subList(0, 4));
                assertThat(counts.top(1)).isEqualTo(sorted.subList(sorted.size() - 1, sorted.size()));
                assertThat(flights.top(1, Ordering.by(Flight::count)).get(0).count())
                        .isEqualTo(sorted.get(sorted.size() - 1));
                assertThat(counts.isEmpty()).isFalse();
                assertThat(counts.countApproxDistinct(0.01)).isBetween(distinct * 95 / 100, distinct * 105 / 100);
                LongAccumulator seen = engine.longAccumulator("seen");
                DoubleAccumulator sum = engine.doubleAccumulator("sum");
                CollectionAccumulator<String> large = engine.collectionAccumulator("large");
                var range = engine.accumulator("range", Aggregates.<Long>minMax());
                Broadcast<Long> limit = engine.broadcast(12_000L);
                flights.foreach(f -> {
                    seen.add(1);
                    sum.add(f.count());
                    range.add(f.count());
                    if (f.count() > limit.value()) {
                        large.add(f.origin());
                    }
                });
                assertThat(seen.value()).isEqualTo(all.size());
                assertThat(sum.value())
                        .isEqualTo(all.stream().mapToDouble(Flight::count).sum());
                assertThat(large.value())
                        .isEqualTo(all.stream()
                                .filter(f -> f.count() > 12_000)
                                .map(Flight::origin)
                                .toList());
                assertThat(range.value().toString())
                        .contains(
                                sorted.get(0).toString(),
                                sorted.get(sorted.size() - 1).toString());
            }
        }

        @Test
        void numbers() {
            try (EngineContext engine = open()) {
                DoubleRDD counts = flights(engine).mapToDouble(f -> (double) f.count());
                DoubleSummaryStatistics expected =
                        all.stream().mapToDouble(Flight::count).summaryStatistics();
                double variance = all.stream()
                                .mapToDouble(
                                        f -> (f.count() - expected.getAverage()) * (f.count() - expected.getAverage()))
                                .sum()
                        / all.size();
                var near = org.assertj.core.data.Percentage.withPercentage(1e-6);

                assertThat(counts.sum()).isEqualTo(expected.getSum());
                assertThat(counts.min()).isEqualTo(expected.getMin());
                assertThat(counts.max()).isEqualTo(expected.getMax());
                assertThat(counts.mean()).isCloseTo(expected.getAverage(), near);
                assertThat(counts.stats().count()).isEqualTo(all.size());
                assertThat(List.of(counts.variance(), counts.popVariance()))
                        .allSatisfy(each -> assertThat(each).isCloseTo(variance, near));
                assertThat(List.of(counts.stdev(), counts.popStdev()))
                        .allSatisfy(each -> assertThat(each).isCloseTo(Math.sqrt(variance), near));
                double sample = variance * all.size() / (all.size() - 1);
                assertThat(counts.sampleVariance()).isCloseTo(sample, near);
                assertThat(counts.sampleStdev()).isCloseTo(Math.sqrt(sample), near);
                assertThat(counts.histogram(0, 100, 1000))
                        .containsExactly(
                                all.stream().filter(f -> f.count() < 100).count(),
                                all.stream()
                                        .filter(f -> f.count() >= 100 && f.count() <= 1000)
                                        .count());
                assertThat(DoubleRDD.of(counts.map(x -> x)).count()).isEqualTo(all.size());
            }
        }

        @Test
        void whatIsKeptAndWhatIsKnownOfADataset() {
            try (EngineContext engine = open()) {
                RDD<Flight> flights = flights(engine).setName("flights").cache();

                assertThat(flights.count()).isEqualTo(all.size());
                assertThat(engine.getPersistentRDDs()).containsOnlyKeys(flights.id());
                assertThat(flights.unpersist().getStorageLevel()).isEqualTo(StorageLevel.NONE);
                assertThat(flights.persist(StorageLevel.DISK_ONLY).collect()).isEqualTo(all);
                assertThat(flights.name()).contains("flights");
                assertThat(flights.context()).isSameAs(engine);
                assertThat(flights.dependencies()).hasSize(1);
                assertThat(flights.lineage().id()).isEqualTo(flights.id());
                assertThat(flights.toDebugString()).contains("flights");
                assertThat(flights.explain()).contains("flights");
                assertThat(PairRDD.of(flights.map(f -> Pair.of(f.origin(), 1))).count())
                        .isEqualTo(all.size());
            }
        }

        @Test
        void filesAndOtherPlaces() {
            String text = directory.resolve("text").toString();
            String objects = directory.resolve("objects").toString();
            String csv = directory.resolve("csv").toString();
            String json = directory.resolve("json").toString();
            try (EngineContext engine = open()) {
                RDD<Flight> flights = flights(engine);
                flights.map(Flight::origin).saveAsTextFile(text, FileCodec.GZIP);
                flights.map(Flight::destination).saveAsObjectFile(objects);
                flights.saveAsCsv(csv);
                flights.saveAsJsonLines(json);
                flights.map(Flight::count)
                        .write(new Counted(directory.resolve("counts").toString()));

                assertThat(engine.textFile(text, 2, StandardCharsets.US_ASCII).collect())
                        .isEqualTo(all.stream().map(Flight::origin).toList());
                assertThat(engine.<String>objectFile(objects).collect())
                        .isEqualTo(all.stream().map(Flight::destination).toList());
                assertThat(engine.readCsv(csv, Flight.class).collect()).isEqualTo(all);
                assertThat(engine.readJsonLines(json, Flight.class).collect()).isEqualTo(all);
                assertThat(directory.resolve("counts")).hasContent(Integer.toString(all.size()));
                assertThat(engine.wholeTextFiles(FLIGHTS).values().first()).startsWith("origin,");
                assertThat(engine.binaryFiles(FLIGHTS)
                                .values()
                                .map(bytes -> bytes.length)
                                .first())
                        .isEqualTo((int) Path.of(FLIGHTS).toFile().length());
                assertThat(engine.read(new Numbers()).collect()).containsExactly(0L, 1L, 2L);
                assertThat(engine.parallelizePairs(List.of(Pair.of("a", 1)), 1).collectAsMap())
                        .isEqualTo(Map.of("a", 1));
                assertThat(engine.range(0, 10).count()).isEqualTo(10);
            }
        }

        @Test
        void whatIsKnownOfAContextAndOfItsJobs() {
            EngineContext engine = builder().appName("verbs").open();
            List<String> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
            EngineListener listener = event -> heard.add(event.getClass().getSimpleName());
            try (engine) {
                engine.addListener(listener);
                engine.setJobGroup("group", "counts");
                engine.setJobDescription("counts lines");
                engine.addJobTag("tag");
                engine.setInterruptOnCancel(true);
                engine.setJobDeadline(Duration.ofMinutes(1));
                engine.setLocalProperty("favilla.scheduler.pool", null);
                assertThat(engine.getLocalProperty("none")).isNull();
                assertThat(engine.getJobTags()).containsExactly("tag");
                flights(engine).count();
                assertThat(engine.statusTracker().getJobIdsForGroup("group")).hasSize(1);
                engine.removeJobTag("tag");
                engine.clearJobTags();
                engine.clearJobGroup();
                engine.removeListener(listener);
                assertThat(engine.recentJobs()).hasSize(1);
                assertThat(engine.appName()).isEqualTo("verbs");
                assertThat(engine.master()).isEqualTo(master);
                assertThat(engine.defaultParallelism()).isEqualTo(2);
                assertThat(engine.executors()).isNotEmpty();
                assertThat(engine.status().cachedBlocks()).isZero();
            } finally {
                engine.close();
            }
            assertThat(engine.isClosed()).isTrue();
            try (EngineContext other = EngineContext.local()) {
                assertThat(other.range(0, 3).collect()).containsExactly(0L, 1L, 2L);
            }
        }
    }

    /** Three numbers. */
    private record Numbers() implements Source<Long> {

        private record One() implements Split {}

        @Override
        public List<Split> splits(int minSplits) {
            return List.of(new One());
        }

        @Override
        public SourceReader<Long> open(Split split) {
            return new SourceReader<>() {

                private long next = -1;

                @Override
                public boolean advance() {
                    return ++next < 3;
                }

                @Override
                public Long record() {
                    return next;
                }
            };
        }
    }

    /** Writes how many records there were. */
    private record Counted(String path) implements Sink<Long> {

        @Override
        public SinkWriter<Long> open(int partition, long attemptId) {
            return new SinkWriter<>() {

                private long count;

                @Override
                public void write(Long record) {
                    count++;
                }

                @Override
                public String commit() {
                    return Long.toString(count);
                }
            };
        }

        @Override
        public void commit(List<String> receipts) throws IOException {
            Files.writeString(
                    Path.of(path),
                    Long.toString(receipts.stream().mapToLong(Long::parseLong).sum()));
        }
    }
}
