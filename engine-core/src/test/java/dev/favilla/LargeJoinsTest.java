package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Joins of sides that do not fit in memory. */
@NotIn(
        value = {TestMode.STRICT, TestMode.TCP, TestMode.SPARK},
        because = "it takes long, and has what is special about executors in memory, too")
@InEveryMode
class LargeJoinsTest {

    private static final long MIB = 1L << 20;

    /** A tenth of the values belongs to one key. */
    private static PairRDD<Long, String> numbered(EngineContext engine, long from, long to, int partitions) {
        return engine.range(from, to, 1, partitions)
                .mapToPair(x -> Pair.of(x % 10 == 3 ? 3 : x, "the value that has the number " + x));
    }

    private static <T> List<T> collect(String master, long memory, Function<EngineContext, RDD<T>> pipeline) {
        try (EngineContext engine = Engines.builder(master, memory).open()) {
            List<T> rows = pipeline.apply(engine).collect();
            Engines.assertUsable(engine);
            return rows;
        }
    }

    private static RDD<String> joins(EngineContext engine) {
        PairRDD<Long, String> left = numbered(engine, 0, 40, 2)
                .union(numbered(engine, 60_000, 120_000, 2).filter(pair -> pair.key() != 3));
        PairRDD<Long, String> right = numbered(engine, 0, 160_000, 3);
        return left.fullOuterJoin(right, 2).mapPartitions(rows -> {
            long[] state = {17};
            long[] count = {0};
            rows.forEachRemaining(row -> {
                state[0] = 31 * state[0] + row.hashCode();
                count[0]++;
            });
            return List.of(count[0] + " rows, " + state[0]).iterator();
        });
    }

    @Test
    void rowsAndTheirOrderAreTheSameInAnyBudget() {
        List<String> expected = collect("local[2]", 400 * MIB, LargeJoinsTest::joins);

        assertThat(collect("local[2]", 64 * MIB, LargeJoinsTest::joins)).isEqualTo(expected);
        assertThat(collect("local[2]", 32 * MIB, LargeJoinsTest::joins)).isEqualTo(expected);
        assertThat(collect("local-cluster[2,1,64]", 64 * MIB, LargeJoinsTest::joins))
                .isEqualTo(expected);
    }

    private static RDD<Integer> groups(EngineContext engine) {
        return numbered(engine, 0, 100_000, 2)
                .cogroup(numbered(engine, 60_000, 130_000, 2), 2)
                .map(group -> {
                    int hash = String.valueOf(group.key()).hashCode();
                    for (String value : group.value().first()) {
                        hash = 31 * hash + value.hashCode();
                    }
                    for (String value : group.value().second()) {
                        hash = 37 * hash + value.hashCode();
                    }
                    return hash;
                });
    }

    @Test
    void groupsAndTheirOrderAreTheSameInAnyBudget() {
        List<Integer> expected = collect("local[2]", 400 * MIB, LargeJoinsTest::groups);

        assertThat(collect("local[2]", 64 * MIB, LargeJoinsTest::groups)).isEqualTo(expected);
        assertThat(collect("local[2]", 32 * MIB, LargeJoinsTest::groups)).isEqualTo(expected);
        assertThat(collect("local-cluster[2,1,64]", 64 * MIB, LargeJoinsTest::groups))
                .isEqualTo(expected);
    }

    @Test
    void aProductWhoseRightSideDoesNotFitIsTheSame() {
        Function<EngineContext, RDD<Long>> product = engine -> engine.range(0, 6, 1, 2)
                .cartesian(engine.range(0, 400_000, 1, 2).map(x -> "a record of some length: " + x))
                .mapPartitions(rows -> {
                    long[] state = {17};
                    rows.forEachRemaining(row -> state[0] = 31 * state[0] + row.hashCode());
                    return List.of(state[0]).iterator();
                });

        assertThat(collect("local[2]", 32 * MIB, product)).isEqualTo(collect("local[2]", 400 * MIB, product));
    }

    /** Joins and groups several times its heap. */
    public static final class SmallHeap {

        public static void main(String[] arguments) {
            long records = Long.parseLong(arguments[1]);
            try (EngineContext engine = Engines.open("local[2]")) {
                PairRDD<Long, String> left = wide(engine, 0, records);
                PairRDD<Long, String> right = wide(engine, records / 2, records);
                RDD<?> rows = arguments[0].equals("join") ? left.join(right, 4) : left.cogroup(right, 4);
                System.out.println(rows.count());
            }
        }

        private static PairRDD<Long, String> wide(EngineContext engine, long from, long records) {
            return engine.range(from, from + records, 1, 4).mapToPair(x -> Pair.of(x, "x".repeat(400) + x));
        }
    }

    @NotIn(
            value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
            because = "it runs in a JVM of its own, which has no mode")
    @ParameterizedTest
    @CsvSource({"join, 60000", "cogroup, 180000"})
    void severalTimesTheHeapIsBroughtTogether(String operation, String rows) throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(SmallHeap.class)
                .jvmOptions("-Xmx64m")
                .arguments(operation, "120000")
                .run(Duration.ofSeconds(60));

        assertThat(result.stderr()).isEmpty();
        assertThat(result.stdout().strip()).isEqualTo(rows);
    }
}
