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
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import scala.Tuple2;

/**
 * The same programs here, through the bridge on a cluster of two workers, and written by hand for Spark on the same cluster,
 * with Spark's serializer for Java and with its one for Kryo. Each way has executors of its own. Prints what came out, that it
 * is equal, and the median time of each; see docs/clusters.md.
 */
@Timeout(600)
@ExtendWith(OnSpark.class)
class HereAndOnSparkTest {

    private static final Path TEXT = Path.of("../engine-examples/src/main/resources/data/moby-dick.txt");
    private static final int WARM_ROUNDS = Integer.getInteger("favilla.warm.rounds", 2);
    private static final int ROUNDS = Integer.getInteger("favilla.rounds", 5);
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

    @SuppressWarnings({"unchecked", "rawtypes"}) // Scala's longs are Java's
    private static JavaRDD<Long> numbers(JavaSparkContext spark, long end) {
        return (JavaRDD<Long>) (JavaRDD) spark.sc().range(0, end, 1, PARTITIONS).toJavaRDD();
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

    /** Returns the median time of each program, in milliseconds, once all have given what is expected. */
    private static <C> Map<String, Long> medians(
            C context, Function<Program, Function<C, String>> way, Map<String, String> expected) {
        Map<String, Long> medians = new LinkedHashMap<>();
        programs().forEach((name, program) -> {
            List<Long> nanos = new ArrayList<>();
            for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
                long begun = System.nanoTime();
                String result = way.apply(program).apply(context);
                nanos.add(System.nanoTime() - begun);
                assertThat(result).as(name).isEqualTo(expected.get(name));
            }
            List<Long> warm = nanos.subList(WARM_ROUNDS, nanos.size());
            medians.put(name, warm.stream().sorted().toList().get(ROUNDS / 2) / 1_000_000);
        });
        return medians;
    }

    private static Map<String, Long> byHand(String master, String serializer, Map<String, String> expected) {
        SparkConf conf = new SparkConf()
                .setMaster(master)
                .setAppName("by hand")
                .set("spark.serializer", "org.apache.spark.serializer." + serializer);
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            return medians(spark, Program::byHand, expected);
        }
    }

    @Test
    void theSameProgramsGiveTheSameHereThroughTheBridgeAndByHand(LoopbackCluster cluster) {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, Long> local;
        try (EngineContext here = EngineContext.open("local[2]")) {
            programs()
                    .forEach(
                            (name, program) -> expected.put(name, program.ours().apply(here)));
            local = medians(here, Program::ours, expected);
        }
        Map<String, Long> bridge;
        try (EngineContext there = EngineContext.open(cluster.master())) {
            bridge = medians(there, Program::ours, expected);
        }
        Map<String, Long> kryo = byHand(cluster.master(), "KryoSerializer", expected);
        Map<String, Long> java = byHand(cluster.master(), "JavaSerializer", expected);

        System.out.printf("%-14s %10s %10s %10s %10s%n", "program", "here", "bridge", "by hand", "(Java's)");
        expected.forEach((name, result) -> System.out.printf(
                "%-14s %7d ms %7d ms %7d ms %7d ms   equal: %s%n",
                name,
                local.get(name),
                bridge.get(name),
                kryo.get(name),
                java.get(name),
                result.length() > 40 ? result.substring(0, 40) + "..." : result));
    }
}
