package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is joined with the result of an aggregation takes its table over, and nobody sees a difference. */
class JoinedAggregatesTest {

    private static final HashPartitioner PLACES = new HashPartitioner(3);
    private static final int RECORDS = 3000;

    /** Something between an aggregation and a join. */
    private interface Way {

        PairRDD<Object, ?> of(PairRDD<Object, Object> sums);
    }

    private static final List<Way> WAYS = List.of(
            sums -> sums,
            sums -> sums.mapValues(sum -> sum),
            sums -> sums.mapValues(sum -> twice(sum)).mapValues(sum -> twice(sum)),
            sums -> sums.mapValues(sum -> sum.hashCode() % 5 == 0 ? null : sum),
            sums -> sums.mapValues(sum -> "sum " + sum),
            sums -> sums.mapValues(sum -> List.of(sum)).mapValues(list -> list.get(0)),
            sums -> sums.mapValues(sum -> sum)
                    .filter(sum -> sum.key() == null || sum.key().hashCode() % 2 == 0));

    static Stream<String> masters() {
        return Stream.of("local[2]", "local-cluster[2,1,64]");
    }

    private static Object twice(Object sum) {
        if (sum instanceof Long number) {
            return 2 * number;
        }
        return sum instanceof Double number ? 2 * number : (Object) (sum + " " + sum);
    }

    private static Object key(long x, boolean numbers) {
        long number = x * x % 1009;
        return numbers ? (Object) number : number == 4 ? null : "key " + number;
    }

    private static Object value(long x, int kind) {
        return kind == 0 ? (Object) x : kind == 1 ? (Object) (x / 4.0) : "v" + x;
    }

    private static Object sum(Object left, Object right) {
        if (left instanceof Long number) {
            return number + (Long) right;
        }
        return left instanceof Double number ? number + (Double) right : (Object) (left + "," + right);
    }

    private static PairRDD<Object, Object> sums(EngineContext engine, boolean numbers, int kind) {
        return engine.range(0, RECORDS, 1, 4)
                .mapToPair(x -> Pair.of(key(x, numbers), value(x, kind)))
                .reduceByKey(PLACES, (left, right) -> sum(left, right));
    }

    private static PairRDD<Object, String> left(EngineContext engine, boolean numbers) {
        return engine.range(500, RECORDS, 1, 2).mapToPair(x -> Pair.of(key(3 * x + 1, numbers), "l" + x));
    }

    private static List<List<?>> joins(PairRDD<Object, String> left, PairRDD<Object, ?> right) {
        List<List<?>> all = new ArrayList<>();
        all.add(Engines.partitionsOf(left.join(right, PLACES)));
        all.add(Engines.partitionsOf(left.leftOuterJoin(right, PLACES)));
        all.add(Engines.partitionsOf(left.rightOuterJoin(right, PLACES)));
        all.add(Engines.partitionsOf(left.fullOuterJoin(right, PLACES)));
        all.add(Engines.partitionsOf(left.subtractByKey(right, PLACES)));
        return all;
    }

    @ParameterizedTest
    @MethodSource("masters")
    void rowsAreThoseOfAJoinWithTheRecords(String master) {
        try (EngineContext engine = Engines.open(master)) {
            for (boolean numbers : new boolean[] {true, false}) {
                PairRDD<Object, String> left = left(engine, numbers);
                PairRDD<Object, String> placed = left.partitionBy(PLACES).cache();
                for (int kind = 0; kind < 3; kind++) {
                    for (Way way : WAYS) {
                        PairRDD<Object, ?> right = way.of(sums(engine, numbers, kind));
                        PairRDD<Object, ?> pushed =
                                way.of(sums(engine, numbers, kind).filter(sum -> true));
                        List<List<?>> expected = joins(left, pushed);

                        assertThat(joins(left, right)).isEqualTo(expected);
                        assertThat(joins(placed, right)).hasSameSizeAs(expected);
                        assertThat(joins(placed, right)).isEqualTo(joins(placed, pushed));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("masters")
    void aCachedAggregateIsCachedOnTheWay(String master) {
        try (EngineContext engine = Engines.open(master)) {
            PairRDD<Object, Object> cached = sums(engine, true, 0).cache();
            PairRDD<Object, Object> doubled =
                    cached.mapValues(sum -> twice(sum)).cache();
            List<List<?>> first = joins(left(engine, true), doubled);

            assertThat(joins(left(engine, true), doubled)).isEqualTo(first);
            assertThat(cached.count()).isEqualTo(doubled.count());
            assertThat(first.get(0))
                    .isEqualTo(Engines.partitionsOf(
                            left(engine, true).join(sums(engine, true, 0).mapValues(sum -> twice(sum)), PLACES)));
        }
    }

    @ParameterizedTest
    @MethodSource("masters")
    void aFunctionOnTheWayRunsOnceForEachKey(String master) {
        try (EngineContext engine = Engines.open(master)) {
            var calls = engine.longAccumulator("calls");
            PairRDD<Object, Object> right = sums(engine, true, 0).mapValues(sum -> {
                calls.add(1);
                return sum;
            });

            left(engine, true).join(right, PLACES).count();

            assertThat(calls.value()).isEqualTo(sums(engine, true, 0).count());
        }
    }

    @Test
    void aFunctionOnTheWayThatFailsNamesTheRecord() {
        try (EngineContext engine = Engines.open("local[2]")) {
            PairRDD<Long, Long> right = engine.range(0, 10, 1, 2)
                    .mapToPair(x -> Pair.of(x, x))
                    .reduceByKey(PLACES, Long::sum)
                    .mapValues(sum -> 10 / (sum - 7));

            assertThatThrownBy(() -> engine.range(0, 10, 1, 2)
                            .mapToPair(x -> Pair.of(x, "left"))
                            .join(right, PLACES)
                            .count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("mapValues")
                    .hasMessageContaining(Pair.of(7L, 7L).toString());
        }
    }

    @Test
    void whatDoesNotFitMovesOut() {
        try (EngineContext engine = Engines.builder("local[2]", 32L << 20).open()) {
            PairRDD<String, Long> sums = engine.range(0, 400_000, 1, 2)
                    .mapToPair(x -> Pair.of("the key of number " + x, x))
                    .reduceByKey(Long::sum, 2);
            PairRDD<String, Long> left =
                    engine.range(0, 400_000, 7, 2).mapToPair(x -> Pair.of("the key of number " + x, -x));

            List<Pair<String, Pair<Long, Long>>> rows =
                    left.join(sums.mapValues(sum -> sum + 1), 2).collect();

            assertThat(Engines.lastJob(engine).metrics().get(Metric.DISK_BYTES_SPILLED))
                    .isPositive();
            assertThat(rows)
                    .isEqualTo(left.join(sums.filter(sum -> true).mapValues(sum -> sum + 1), 2)
                            .collect());
            assertThat(rows).hasSize(57_143);
        }
    }

    @Test
    void aPartOfAUnionIsNotTheWholeRightSide() {
        try (EngineContext engine = Engines.open("local[2]")) {
            PairRDD<Object, Object> right =
                    sums(engine, true, 0).union(sums(engine, true, 0).mapValues(sum -> twice(sum)));
            PairRDD<Object, Object> pushed = sums(engine, true, 0)
                    .filter(sum -> true)
                    .union(sums(engine, true, 0).mapValues(sum -> twice(sum)).filter(sum -> true));

            assertThat(joins(left(engine, true), right)).isEqualTo(joins(left(engine, true), pushed));
        }
    }
}
