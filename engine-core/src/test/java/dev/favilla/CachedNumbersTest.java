package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers come out of the cache as they went in, whatever is among them and wherever they are kept. */
@Timeout(180)
class CachedNumbersTest {

    private static final int DATASETS = 12;

    private static final List<StorageLevel> LEVELS = List.of(
            StorageLevel.MEMORY_ONLY,
            StorageLevel.MEMORY_AND_DISK,
            StorageLevel.MEMORY_ONLY_SER,
            StorageLevel.MEMORY_AND_DISK_SER,
            StorageLevel.OFF_HEAP,
            StorageLevel.DISK_ONLY);

    /** The same for the same number, each of another class. */
    private static final List<IntFunction<Object>> KINDS = List.of(
            i -> (long) i << 32 | i,
            i -> i - 100,
            i -> i % 5 == 0 ? -0.0 : i % 5 == 1 ? 0.0 : i % 5 == 2 ? Double.NaN : i / 3.0,
            i -> i / 3.0f,
            i -> (short) i,
            i -> (byte) i,
            i -> (char) i,
            i -> i % 2 == 0,
            i -> "text " + i);

    private static List<Object> randomRecords(SplittableRandom random) {
        IntFunction<Object> first = KINDS.get(random.nextInt(KINDS.size()));
        IntFunction<Object> other = KINDS.get(random.nextInt(KINDS.size()));
        int size = random.nextInt(3) == 0 ? random.nextInt(50) : random.nextInt(30_000);
        int pure = random.nextBoolean() ? size : random.nextInt(size + 1);
        List<Object> records = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            boolean foreign = i >= pure && random.nextInt(4) == 0;
            records.add(!foreign ? first.apply(i) : random.nextInt(3) == 0 ? null : other.apply(i));
        }
        return records;
    }

    private static boolean keeps(Object record) {
        return Objects.hashCode(record) % 3 != 0;
    }

    private static <T> Iterator<T> everyOther(Iterator<T> records) {
        List<T> some = new ArrayList<>();
        for (int i = 0; records.hasNext(); i++) {
            T record = records.next();
            if (i % 2 == 0) {
                some.add(record);
            }
        }
        return some.iterator();
    }

    /** What is asked of a dataset, in the form in which lists are compared. */
    private static List<Object> answers(RDD<Object> dataset, int some) {
        return List.of(
                dataset.take(some),
                dataset.collect(),
                dataset.count(),
                dataset.filter(record -> keeps(record)).collect(),
                dataset.mapPartitions(records -> everyOther(records)).collect(),
                dataset.map(record -> (long) Objects.hashCode(record)).fold(0L, Long::sum),
                dataset.glom().collect());
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local[2] strict", "local-cluster[3,1,64]"})
    void whatIsCachedIsWhatWasComputed(String master, TestSeed seed) {
        SplittableRandom random = seed.random();
        try (EngineContext engine =
                Engines.builder(master).set("favilla.pipeline.specialize", "0").open()) {
            for (int i = 0; i < DATASETS; i++) {
                List<Object> records = randomRecords(random);
                int some = random.nextInt(records.size() + 2);
                RDD<Object> made =
                        engine.parallelize(records, random.nextInt(1, 4)).map(record -> record);
                List<Object> expected = answers(made, some);
                assertThat(expected.get(1)).isEqualTo(records);
                for (StorageLevel level : LEVELS) {
                    RDD<Object> kept = made.map(record -> record).persist(level);
                    assertThat(answers(kept, some)).as("at %s", level).isEqualTo(expected);
                    assertThat(answers(kept, some)).as("again at %s", level).isEqualTo(expected);
                    kept.unpersist();
                }
            }
            Engines.assertIdle(engine);
        }
    }

    @Test
    void totalsOfCachedNumbersAreThoseOfTheSameNumbersMadeAgain() {
        try (EngineContext engine = EngineContext.builder()
                .master("local[2]")
                .set("favilla.pipeline.specialize", "0")
                .open()) {
            RDD<Long> longs = engine.range(0, 50_000, 1, 3).map(n -> n * n - 7);
            DoubleRDD doubles = longs.mapToDouble(n -> 1.0 / n);
            RDD<Integer> ints = longs.map(Long::intValue);

            assertTotals(longs, doubles, ints);
        }
    }

    private static void assertTotals(RDD<Long> longs, DoubleRDD doubles, RDD<Integer> ints) {
        List<Object> made = totals(longs, doubles, ints);
        longs.cache();
        doubles.cache();
        ints.cache();
        assertThat(totals(longs, doubles, ints)).isEqualTo(made);
        assertThat(totals(longs, doubles, ints)).as("from the cache").isEqualTo(made);
    }

    private static List<Object> totals(RDD<Long> longs, DoubleRDD doubles, RDD<Integer> ints) {
        return List.of(
                longs.reduce(Long::sum),
                longs.fold(1L, (left, right) -> left ^ right),
                longs.aggregate(0, (hash, n) -> 31 * hash + n.hashCode(), Integer::sum),
                ints.reduce(Integer::sum),
                doubles.sum(),
                doubles.stats().variance(),
                doubles.reduce(Double::sum),
                longs.min(Ordering.natural()));
    }

    /** The number is no object any more where the function is called; the error has it all the same. */
    @Test
    void anErrorNamesTheCachedNumberThatTheFunctionFailedOn() {
        try (EngineContext engine = EngineContext.builder()
                .master("local[1]")
                .set("favilla.pipeline.specialize", "0")
                .open()) {
            RDD<Long> kept = engine.range(0, 100_000, 1, 1).map(n -> n).cache();
            assertThat(kept.filter(n -> n % 2 == 0).reduce(Long::sum)).isEqualTo(2499950000L);

            assertThatThrownBy(() -> kept.filter(n -> 1 / (n - 77_777) < 2).reduce(Long::sum))
                    .hasStackTraceContaining("on record 77777");
            assertThatThrownBy(() -> kept.reduce((sum, n) -> sum + 1 / (n - 88_888)))
                    .hasStackTraceContaining("on record 88888");
        }
    }

    @Test
    void cachedNumbersThatAreKeptAreEqualToThoseThatWentIn() {
        List<Integer> numbers = IntStream.range(-200, 200).boxed().toList();
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<Integer> kept = engine.parallelize(numbers, 2).map(n -> n).cache();
            kept.count();

            assertThat(kept.sortBy(n -> -n, true, 2).collect())
                    .isEqualTo(numbers.stream().sorted((a, b) -> b - a).toList());
            assertThat(kept.distinct().count()).isEqualTo(400);
            assertThat(kept.top(3, Ordering.natural())).containsExactly(199, 198, 197);
            assertThat(kept.map(n -> n).cache().collect()).isEqualTo(numbers);
        }
    }
}
