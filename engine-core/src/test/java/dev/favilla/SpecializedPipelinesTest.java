package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.stats.StatCounter;
import java.lang.StackWalker.StackFrame;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of operators go on with classes of their own, and nobody can tell but by the time it takes. */
@Timeout(120)
class SpecializedPipelinesTest {

    private static final StackWalker EVERYTHING = StackWalker.getInstance(
            Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_HIDDEN_FRAMES));

    /** @param after how many records chains of operators get classes of their own, or whether at all */
    private static EngineContext engine(String master, String after) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.pipeline.specialize", after)
                .open();
    }

    /** Returns the sinks on the stack that are of classes of their own, without what tells them from each other. */
    private static Set<String> ownSinks() {
        return EVERYTHING.walk(frames -> {
            Set<String> names = new TreeSet<>();
            frames.map(StackFrame::getDeclaringClass)
                    .filter(type -> type.isHidden() && dev.favilla.lineage.Sink.class.isAssignableFrom(type))
                    .map(type -> type.getName().replaceAll("/.*", "").replaceAll(".*[.$]", ""))
                    .forEach(names::add);
            return names;
        });
    }

    @Nested
    class WhichClasses {

        private Set<String> seenBy(EngineContext engine, int records) {
            return engine.range(0, records, 1, 1)
                    .filter(n -> n % 2 == 0)
                    .map(n -> n == records - 2 ? ownSinks() : Set.<String>of())
                    .reduce((left, right) -> left.isEmpty() ? right : left);
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[1]", "local-cluster[2,1,64]"})
        void aChainOfManyRecordsHasItsOwn(String master) {
            try (EngineContext engine = engine(master, "10000")) {
                assertThat(seenBy(engine, 50_000)).contains("MapSink", "FilterSink", "ToOperators");
            }
        }

        @Test
        void aChainOfFewRecordsHasNone() {
            try (EngineContext engine = engine("local[1]", "100000")) {
                assertThat(seenBy(engine, 50_000)).isEmpty();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[1]", "local-cluster[2,1,64]"})
        void theRecordsOfAllAttemptsCount(String master) { // where functions are copies they are of the same class, too
            try (EngineContext engine = engine(master, "100000")) {
                assertThat(seenBy(engine, 50_000)).isEmpty();
                assertThat(seenBy(engine, 50_000)).isEmpty();
                assertThat(seenBy(engine, 50_000)).contains("MapSink", "FilterSink");
            }
        }

        @Test
        void whereItIsTurnedOffNoChainHasAny() {
            try (EngineContext engine = engine("local[1]", "false")) {
                assertThat(seenBy(engine, 50_000)).isEmpty();
            }
        }

        @Test
        void theEndOfTheChainHasItsOwnToo() {
            try (EngineContext engine = engine("local[1]", "0")) {
                Set<String> reduced = engine.range(0, 10_000, 1, 1)
                        .map(n -> Set.<String>of())
                        .reduce((left, right) -> left.isEmpty() ? ownSinks() : left);

                assertThat(reduced).contains("MapSink", "Open", "Reducing");
            }
        }
    }

    @Nested
    class WhatTheySay {

        private List<Object> everything(EngineContext engine) {
            RDD<Long> numbers = engine.range(0, 30_000, 1, 3);
            RDD<Long> kept = numbers.flatMap(n -> List.of(n, -n))
                    .filter(n -> n % 3 != 0)
                    .<Long>mapMulti((n, emitter) -> {
                        emitter.emit(n);
                        emitter.emit(n + 1);
                    })
                    .map(n -> n ^ (n >>> 3));
            RDD<Long> cached = kept.filter(n -> n % 5 != 0).cache();
            PairRDD<Long, Long> pairs = cached.keyBy(n -> n % 100)
                    .mapValues(n -> n + 1)
                    .flatMapValues(n -> n % 2 == 0 ? List.of(n) : List.of(n, n))
                    .reduceByKey(Long::sum, 4);
            DoubleRDD doubles = cached.mapToDouble(n -> 1.0 / (n + 0.5));
            StatCounter stats = doubles.stats();
            return Arrays.asList(
                    kept.collect(),
                    cached.count(),
                    cached.count(),
                    cached.reduce(Long::sum),
                    cached.map(n -> n / 3.0).reduce(Double::sum),
                    cached.map(n -> n.intValue()).reduce(Integer::sum),
                    cached.map(n -> n % 7 == 0 ? (Object) n : (Object) n.toString())
                            .reduce((left, right) -> left.hashCode() < right.hashCode() ? left : right),
                    cached.fold(0L, Math::max),
                    cached.aggregate(0L, (sum, n) -> sum + n, Long::sum),
                    doubles.sum(),
                    stats.count() + " " + stats.mean() + " " + stats.variance() + " " + stats.min() + stats.max(),
                    pairs.collect(),
                    pairs.join(pairs.mapValues(n -> n * 2), 3)
                            .mapValues(both -> both.key() + both.value())
                            .collect(),
                    pairs.keys().union(pairs.values()).zipWithIndex().collect(),
                    cached.sample(false, 0.3, 7).collect(),
                    kept.mapPartitions(records -> records).filter(n -> n > 0).take(5000),
                    numbers.map(n -> n + 1).glom().map(List::size).collect());
        }

        @Test
        void isTheSameInEveryWay() {
            List<Object> plain;
            try (EngineContext engine = engine("local[2]", "false")) {
                plain = everything(engine);
            }
            for (String after : List.of("0", "5000", "true")) {
                try (EngineContext engine = engine("local[2]", after)) {
                    assertThat(everything(engine)).as(after).isEqualTo(plain);
                    assertThat(everything(engine)).as(after + " again").isEqualTo(plain);
                }
            }
            try (EngineContext engine = engine("local-cluster[2,1,64]", "0")) {
                assertThat(everything(engine)).as("isolated").isEqualTo(plain);
            }
        }

        @Test
        void functionsThatKeepSomethingGoOnWithIt() {
            try (EngineContext engine = engine("local[1]", "6000")) {
                int[] seen = {0};

                List<Integer> counts =
                        engine.range(0, 20_000, 1, 1).map(n -> ++seen[0]).collect();

                assertThat(counts.get(19_999)).isEqualTo(20_000);
            }
        }
    }

    @Nested
    class Failures {

        private static long failing(long n) {
            if (n == 9_999) {
                throw new IllegalArgumentException("not this one");
            }
            return n;
        }

        @Test
        void nameTheRecordAndShowTheUsersLineAndNothingHidden() {
            try (EngineContext engine = engine("local[1]", "0")) {
                RDD<Long> numbers = engine.range(0, 20_000, 1, 1)
                        .filter(n -> n >= 0)
                        .map(n -> failing(n))
                        .flatMap(n -> List.of(n, n));

                assertThatThrownBy(numbers::count).satisfies(error -> {
                    assertThat(error)
                            .hasMessageContaining("9999")
                            .hasMessageContaining("SpecializedPipelinesTest.java:");
                    StackTraceElement[] stack = error.getCause().getStackTrace();
                    assertThat(stack[0].getMethodName()).isEqualTo("failing");
                    assertThat(stack[1].getMethodName()).contains("lambda$");
                    assertThat(stack[1].getFileName()).isEqualTo("SpecializedPipelinesTest.java");
                    assertThat(stack).noneMatch(frame -> frame.getClassName().contains("Sink"));
                });
            }
        }

        @Test
        void aCancelledJobEndsInTheMiddleOfARecordWithoutEnd() throws Exception {
            try (Gate gate = new Gate();
                    EngineContext engine = engine("local[1]", "0")) {
                String name = gate.name();
                FutureAction<Long> endless = engine.range(0, 3, 1, 1)
                        .map(n -> Gate.pass(name, n))
                        .flatMap(n -> (Iterable<Long>) () -> java.util.stream.LongStream.iterate(0, i -> i + 1)
                                .iterator())
                        .filter(n -> n < 0)
                        .countAsync();
                gate.awaitArrivals(1);
                gate.open();

                assertThat(endless.cancel(true)).isTrue();
                Engines.assertUsable(engine);
            }
        }
    }
}
