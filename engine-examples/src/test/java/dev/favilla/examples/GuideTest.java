package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.JobFailedException;
import dev.favilla.Joined;
import dev.favilla.LongAccumulator;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.stats.StatCounter;
import dev.favilla.status.JobReport;
import dev.favilla.storage.StorageLevel;
import dev.favilla.text.OutputExistsException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/guide.md} shows, in its order. */
class GuideTest {

    @Nested
    class ASparkUsersFirstHour {

        @Test
        void theSameProgram() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                RDD<String> lines = sc.parallelize(List.of("to be or", "not to be"));
                PairRDD<String, Long> counts = lines.flatMap(line -> List.of(line.split(" ")))
                        .mapToPair(word -> Pair.of(word, 1L))
                        .reduceByKey(Long::sum);

                assertThat(counts.collectAsMap()).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
            }
        }

        @Test
        void settings() {
            try (EngineContext sc = EngineContext.builder()
                    .appName("first hour")
                    .master("local[2,4]")
                    .set("favilla.driver.maxResultSize", "64m")
                    .open()) {
                assertThat(sc.defaultParallelism()).isEqualTo(2);
            }
        }

        @Test
        void keysLieWhereSparkPutsThem() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                PairRDD<String, Integer> pairs = sc.parallelizePairs(List.of(Pair.of("spark", 1), Pair.of("flame", 2)));
                RDD<String> placed = pairs.partitionBy(new HashPartitioner(4)).mapPartitionsWithIndex((index, rows) -> {
                    String keys = "";
                    while (rows.hasNext()) {
                        keys += rows.next().key();
                    }
                    return List.of(index + ":" + keys).iterator();
                });

                int spark = Math.floorMod("spark".hashCode(), 4);
                assertThat(placed.collect().get(spark)).startsWith(spark + ":").contains("spark");
            }
        }

        @Test
        void whatTheWebPageWouldShow() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                PairRDD<Long, Long> sums =
                        sc.range(0, 1_000, 1, 4).keyBy(x -> x % 10).reduceByKey(Long::sum, 3);

                assertThat(sums.explain()).contains("2 stages, 7 tasks, 1 shuffle");
                sums.count();
                JobReport report = sc.recentJobs().get(0);
                assertThat(report.stagesRun()).isEqualTo(2);
                assertThat(report.attempts()).isEqualTo(4 + 3);
            }
        }

        @Test
        void aMissingValueAndANullAreNotTheSame() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                PairRDD<String, Integer> left = sc.parallelizePairs(List.of(Pair.of("a", 1), Pair.of("b", 2)));
                PairRDD<String, Integer> right = sc.parallelizePairs(List.of(Pair.of("a", 10)));
                Map<String, Joined<Integer, Integer>> rows =
                        left.leftOuterJoin(right).collectAsMap();

                assertThat(rows.get("a").optionalRight()).isEqualTo(Optional.of(10));
                assertThat(rows.get("b").hasRight()).isFalse();
            }
        }

        @Test
        void sharedVariablesAndLevels() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                Broadcast<Map<String, Integer>> prices = sc.broadcast(Map.of("pen", 2, "ink", 5));
                LongAccumulator unknown = sc.longAccumulator("unknown");
                RDD<String> sold =
                        sc.parallelize(List.of("pen", "ink", "pen", "cat")).persist(StorageLevel.MEMORY_ONLY);

                sold.foreach(thing -> {
                    if (!prices.value().containsKey(thing)) {
                        unknown.add(1);
                    }
                });
                long total = sold.map(thing -> (long) prices.value().getOrDefault(thing, 0))
                        .reduce(Long::sum);

                assertThat(total).isEqualTo(9);
                assertThat(unknown.sum()).isEqualTo(1);
            }
        }

        @Test
        void executorsOfTheirOwn() {
            try (EngineContext sc = EngineContext.open("local-cluster[2,1,64]")) {
                assertThat(sc.range(0, 100, 1, 8).reduce(Long::sum)).isEqualTo(4_950);
                assertThat(sc.executors()).hasSize(2);
            }
        }

        @Test
        void aComparatorThatTravels() {
            try (EngineContext sc = EngineContext.open("local[2]")) {
                PairRDD<String, Integer> stock = sc.parallelizePairs(List.of(Pair.of("pen", 2), Pair.of("ink", 5)));

                assertThat(stock.top(1, Ordering.by(Pair::value))).containsExactly(Pair.of("ink", 5));
            }
        }
    }

    record Trip(String from, String to, double km) implements Serializable {}

    @Nested
    class AJavaUsersFirstHour {

        @TempDir
        Path directory;

        @Test
        void listInListOut() {
            try (EngineContext engine = EngineContext.local()) {
                RDD<Integer> numbers = engine.parallelize(List.of(1, 2, 3, 4, 5));
                RDD<Integer> squares = numbers.filter(x -> x % 2 == 1).map(x -> x * x); // nothing has run yet

                List<Integer> result = squares.collect();
                assertThat(result).containsExactly(1, 9, 25);
                assertThat(squares.reduce(Integer::sum)).isEqualTo(35);
            }
        }

        @Test
        void recordsFromCsv() throws IOException {
            Path file = Files.writeString(
                    directory.resolve("trips.csv"), "to,from,km\nBonn,Ulm,402.5\nUlm,Bonn,398\nKiel,Bonn,515\n");
            try (EngineContext engine = EngineContext.local()) {
                RDD<Trip> trips = engine.readCsv(file.toString(), Trip.class);

                Map<String, Double> kmByStart = trips.mapToPair(trip -> Pair.of(trip.from(), trip.km()))
                        .reduceByKey(Double::sum)
                        .collectAsMap();
                StatCounter km = trips.mapToDouble(Trip::km).stats();

                assertThat(kmByStart).isEqualTo(Map.of("Ulm", 402.5, "Bonn", 913.0));
                assertThat(km.count()).isEqualTo(3);
                assertThat(km.max()).isEqualTo(515);
            }
        }

        @Test
        void functionsMayThrow() throws IOException {
            Path one = Files.writeString(directory.resolve("one"), "first");
            try (EngineContext engine = EngineContext.local()) {
                RDD<Long> sizes = engine.parallelize(List.of(one.toString())).map(name -> Files.size(Path.of(name)));

                assertThat(sizes.collect()).containsExactly(5L);
            }
        }

        @Test
        void errorsPointAtTheLine() {
            try (EngineContext engine = EngineContext.local()) {
                RDD<Integer> numbers =
                        engine.parallelize(List.of("1", "2", "three")).map(Integer::parseInt);

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(numbers::collect)
                        .withMessageContaining("map at GuideTest.java:")
                        .withMessageContaining("on record three")
                        .withCauseInstanceOf(NumberFormatException.class);
            }
        }

        @Test
        void whatAFunctionCapturesTravels() {
            try (EngineContext engine = EngineContext.local()) {
                RDD<Integer> numbers = engine.parallelize(List.of(1, 2, 3));
                int factor = 10;

                assertThat(numbers.map(x -> x * factor).collect()).containsExactly(10, 20, 30);
                Object lock = new Object();
                assertThatExceptionOfType(ClosureNotSerializableException.class)
                        .isThrownBy(() -> numbers.map(x -> x + lock.hashCode()));
            }
        }

        @Test
        void variablesAreCopies() {
            int[] seen = {0};
            try (EngineContext engine = EngineContext.local()) {
                LongAccumulator counted = engine.longAccumulator("counted");
                engine.range(0, 100).foreach(x -> {
                    seen[0]++; // a copy of the array, gone with its task
                    counted.add(1);
                });

                assertThat(seen[0]).isZero();
                assertThat(counted.sum()).isEqualTo(100);
            }
        }

        @Test
        void whatIsSavedIsCompleteOrAbsent() throws IOException {
            String target = directory.resolve("squares").toString();
            try (EngineContext engine = EngineContext.local()) {
                RDD<Long> squares = engine.range(1, 5, 1, 2).map(x -> x * x);
                squares.saveAsTextFile(target);

                assertThat(engine.textFile(target).collect()).containsExactlyInAnyOrder("1", "4", "9", "16");
                assertThatExceptionOfType(OutputExistsException.class).isThrownBy(() -> squares.saveAsTextFile(target));
            }
        }

        @Test
        void keptOnceItIsComputed() {
            try (EngineContext engine = EngineContext.local()) {
                RDD<Long> primes =
                        engine.range(2, 2_000).filter(GuideTest::isPrime).cache();

                assertThat(primes.count()).isEqualTo(303);
                assertThat(primes.top(1)).containsExactly(1_999L); // asks nobody for primes again
            }
        }
    }

    private static boolean isPrime(long number) {
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
