package dev.favilla.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import scala.Tuple2;

/**
 * The same programs here, through the bridge on a cluster of two workers, and written by hand for Spark on the same cluster.
 * Prints what came out, whether it is equal, and the best time of each; see docs/clusters.md.
 */
@Timeout(600)
@ExtendWith(OnSpark.class)
class HereAndOnSparkTest {

    private static final Path TEXT = Path.of("../engine-examples/src/main/resources/data/moby-dick.txt");
    private static final int ROUNDS = 2;
    private static final int ROWS = 100_000;
    private static final int PARTITIONS = 4;

    /** A program for contexts of ours and the same by hand; both return a text that says what came out. */
    private record Program(Function<EngineContext, String> ours, Function<JavaSparkContext, String> byHand) {}

    private static Map<String, Program> programs() {
        Map<String, Program> programs = new LinkedHashMap<>();
        programs.put("word count", new Program(HereAndOnSparkTest::words, HereAndOnSparkTest::wordsByHand));
        programs.put("reduceByKey", new Program(HereAndOnSparkTest::sums, HereAndOnSparkTest::sumsByHand));
        programs.put("join", new Program(HereAndOnSparkTest::join, HereAndOnSparkTest::joinByHand));
        programs.put("sort", new Program(HereAndOnSparkTest::sort, HereAndOnSparkTest::sortByHand));
        programs.put("map, filter", new Program(HereAndOnSparkTest::chain, HereAndOnSparkTest::chainByHand));
        return programs;
    }

    private static String words(EngineContext engine) {
        return engine.textFile(TEXT.toAbsolutePath().toString(), PARTITIONS)
                .flatMap(line -> List.of(line.toLowerCase(Locale.ROOT).split("[^a-z]+")))
                .filter(word -> !word.isEmpty())
                .mapToPair(word -> Pair.of(word, 1L))
                .reduceByKey(Long::sum, PARTITIONS)
                .map(pair -> pair.key().hashCode() * pair.value())
                .reduce(Long::sum)
                .toString();
    }

    private static String wordsByHand(JavaSparkContext spark) {
        return spark.textFile(TEXT.toAbsolutePath().toString(), PARTITIONS)
                .flatMap(line ->
                        List.of(line.toLowerCase(Locale.ROOT).split("[^a-z]+")).iterator())
                .filter(word -> !word.isEmpty())
                .mapToPair(word -> new Tuple2<>(word, 1L))
                .reduceByKey(Long::sum, PARTITIONS)
                .map(pair -> pair._1().hashCode() * pair._2())
                .reduce(Long::sum)
                .toString();
    }

    private static String sums(EngineContext engine) {
        return engine.range(0, ROWS * 5L, 1, PARTITIONS)
                .mapToPair(x -> Pair.of(x * 31 % 50_000, x))
                .reduceByKey(Long::sum, PARTITIONS)
                .map(pair -> pair.key() ^ pair.value())
                .reduce(Long::sum)
                .toString();
    }

    private static String sumsByHand(JavaSparkContext spark) {
        return numbers(spark, ROWS * 5L)
                .mapToPair(x -> new Tuple2<>(x * 31 % 50_000, x))
                .reduceByKey(Long::sum, PARTITIONS)
                .map(pair -> pair._1() ^ pair._2())
                .reduce(Long::sum)
                .toString();
    }

    private static org.apache.spark.api.java.JavaRDD<Long> numbers(JavaSparkContext spark, long end) {
        List<Integer> parts = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            parts.add(i);
        }
        return spark.parallelize(parts, PARTITIONS)
                .flatMap(part -> java.util.stream.LongStream.range(
                                part * end / PARTITIONS, (part + 1) * end / PARTITIONS)
                        .boxed()
                        .iterator());
    }

    private static String join(EngineContext engine) {
        var left = engine.range(0, ROWS, 1, PARTITIONS).mapToPair(x -> Pair.of(x, "l" + x));
        var right = engine.range(0, ROWS, 2, PARTITIONS).mapToPair(x -> Pair.of(x, x * x));
        return left.join(right, PARTITIONS)
                .map(row -> row.value().key().length() + row.value().value())
                .reduce(Long::sum)
                .toString();
    }

    private static String joinByHand(JavaSparkContext spark) {
        var left = numbers(spark, ROWS).mapToPair(x -> new Tuple2<>(x, "l" + x));
        var right = numbers(spark, ROWS / 2).mapToPair(x -> new Tuple2<>(2 * x, 4 * x * x));
        return left.join(right, PARTITIONS)
                .map(row -> row._2()._1().length() + row._2()._2())
                .reduce(Long::sum)
                .toString();
    }

    private static String sort(EngineContext engine) {
        return engine.range(0, ROWS, 1, PARTITIONS)
                .mapToPair(x -> Pair.of("k" + x * 7919 % ROWS, x))
                .sortByKey(true, PARTITIONS)
                .take(1000)
                .toString();
    }

    private static String sortByHand(JavaSparkContext spark) {
        List<Pair<String, Long>> first = new ArrayList<>();
        numbers(spark, ROWS)
                .mapToPair(x -> new Tuple2<>("k" + x * 7919 % ROWS, x))
                .sortByKey(true, PARTITIONS)
                .take(1000)
                .forEach(row -> first.add(Pair.of(row._1(), row._2())));
        return first.toString();
    }

    private static String chain(EngineContext engine) {
        return Long.toString(engine.range(0, ROWS * 25L, 1, PARTITIONS)
                .map(x -> x * 3)
                .filter(x -> x % 2 == 0)
                .map(x -> x + 1)
                .filter(x -> x % 5 != 0)
                .count());
    }

    private static String chainByHand(JavaSparkContext spark) {
        return Long.toString(numbers(spark, ROWS * 25L)
                .map(x -> x * 3)
                .filter(x -> x % 2 == 0)
                .map(x -> x + 1)
                .filter(x -> x % 5 != 0)
                .count());
    }

    private static <C> long best(C context, Function<C, String> program, String expected) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            assertThat(program.apply(context)).isEqualTo(expected);
            best = Math.min(best, System.nanoTime() - begun);
        }
        return best / 1_000_000;
    }

    @Test
    void theSameProgramsGiveTheSameHereThroughTheBridgeAndByHand(LoopbackCluster cluster) {
        SparkConf conf = new SparkConf().setMaster(cluster.master()).setAppName("here and on Spark");
        try (EngineContext here = EngineContext.open("local[2]");
                JavaSparkContext spark = new JavaSparkContext(conf);
                EngineContext bridge = SparkEngine.builder(spark).open()) {
            System.out.printf("%-14s %10s %10s %10s   %s%n", "program", "here", "bridge", "by hand", "results");
            programs().forEach((name, program) -> {
                String expected = program.ours().apply(here);
                long local = best(here, program.ours(), expected);
                long through = best(bridge, program.ours(), expected);
                long byHand = best(spark, program.byHand(), expected);
                System.out.printf(
                        "%-14s %7d ms %7d ms %7d ms   equal: %s%n",
                        name,
                        local,
                        through,
                        byHand,
                        expected.length() > 40 ? expected.substring(0, 40) + "..." : expected);
            });
        }
    }
}
