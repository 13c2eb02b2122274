package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Joins of sides that do not fit in memory. */
class LargeJoinsTest {

    private static final long MIB = 1L << 20;

    /** A tenth of the values belongs to one key. */
    private static PairRDD<Long, String> numbered(EngineContext engine, long from, long to, int partitions) {
        return engine.range(from, to, 1, partitions)
                .mapToPair(x -> Pair.of(x % 10 == 3 ? 3 : x, "the value that has the number " + x));
    }

    private static <T> List<T> collect(String master, long memory, Function<EngineContext, RDD<T>> pipeline) {
        try (EngineContext engine =
                EngineContext.builder().master(master).memory(memory).open()) {
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
    }

    /** Joins and groups several times its heap. */
    public static final class SmallHeap {

        public static void main(String[] arguments) {
            long records = Long.parseLong(arguments[1]);
            try (EngineContext engine = EngineContext.open("local[2]")) {
                List<String> lines = new ArrayList<>();
                PairRDD<Long, String> left = wide(engine, 0, records);
                PairRDD<Long, String> right = wide(engine, records / 2, records);
                if (arguments[0].equals("join")) {
                    lines.add("" + left.join(right, 4).count());
                } else {
                    lines.add("" + left.cogroup(right, 4).count());
                }
                System.out.println(String.join(" ", lines));
            }
        }

        private static PairRDD<Long, String> wide(EngineContext engine, long from, long records) {
            return engine.range(from, from + records, 1, 4).mapToPair(x -> Pair.of(x, "x".repeat(400) + x));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "join")
    void severalTimesTheHeapIsJoined(String operation) throws Exception {
        ForkedJvm.Result result = ForkedJvm.of(SmallHeap.class)
                .jvmOptions("-Xmx64m")
                .arguments(operation, "120000")
                .run(Duration.ofSeconds(60));

        assertThat(result.stderr()).isEmpty();
        assertThat(result.stdout().strip()).isEqualTo("60000");
    }
}
