package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@InEveryMode
class SharedVariablesTest {

    private static final Set<Integer> IDENTITIES = ConcurrentHashMap.newKeySet();

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @Nested
    class Broadcasts {

        @Test
        void laterChangesOfTheOriginalAreNotSeen() {
            Map<String, Integer> rates = new HashMap<>(Map.of("a", 1));
            Broadcast<Map<String, Integer>> shared = engine.broadcast(rates);
            rates.put("a", 100);

            assertThat(engine.parallelize(List.of("a", "a"), 2)
                            .map(x -> shared.value().get(x))
                            .collect())
                    .containsExactly(1, 1);
        }

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP},
                because = "there are three executors")
        @Test
        void allTasksOfAnExecutorShareOneCopy() {
            IDENTITIES.clear();
            List<String> original = new ArrayList<>(List.of("x"));
            Broadcast<List<String>> shared = engine.broadcast(original);
            RDD<Long> dataset = engine.range(0, 40, 1, 20).map(x -> {
                IDENTITIES.add(System.identityHashCode(shared.value()));
                return x;
            });
            dataset.count();
            dataset.map(x -> shared.value().size()).count();
            dataset.count();

            assertThat(IDENTITIES).hasSize(1).doesNotContain(System.identityHashCode(original));
        }

        @Test
        void valueOutsideOfTasksIsTheOriginal() {
            List<String> original = new ArrayList<>(List.of("x"));

            assertThat(engine.broadcast(original).value()).isSameAs(original);
        }

        @Test
        void unpersistDropsTheCopiesOnly() {
            Broadcast<ArrayList<Integer>> shared = engine.broadcast(new ArrayList<>(List.of(1, 2)));
            RDD<Integer> dataset = engine.range(0L, 2L).map(x -> shared.value().size());
            assertThat(dataset.collect()).containsExactly(2, 2);

            shared.unpersist();

            assertThat(dataset.collect()).containsExactly(2, 2);
            assertThat(shared.value()).containsExactly(1, 2);
        }

        @NotIn(value = TestMode.SPARK, because = "tasks that have a copy go on with it: copies are kept by Spark")
        @Test
        void afterDestroyAnyUseNamesThePlaceOfTheDestroyCall() {
            Broadcast<ArrayList<Integer>> shared = engine.broadcast(new ArrayList<>(List.of(1, 2)));
            RDD<Integer> dataset = engine.range(0L, 2L).map(x -> shared.value().size());
            dataset.count();
            shared.destroy();

            assertThatThrownBy(shared::value)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("destroy at SharedVariablesTest.java:");
            assertThatThrownBy(dataset::collect)
                    .isInstanceOf(JobFailedException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("destroy at SharedVariablesTest.java:");
            assertThatThrownBy(shared::serializedBytes).isInstanceOf(IllegalStateException.class);
            Engines.assertUsable(engine);
        }

        @Test
        void datasetsAndContextsAreRefused() {
            RDD<Integer> dataset = engine.parallelize(List.of(1), 1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.broadcast(dataset))
                    .withMessageContaining("Cannot broadcast");
            assertThatIllegalArgumentException().isThrownBy(() -> engine.broadcast(dataset.keyBy(x -> x)));
            assertThatIllegalArgumentException().isThrownBy(() -> engine.broadcast(engine));
        }

        @Test
        void datasetsAndContextsInsideAValueAreRefused() {
            record Holder(String name, Object held) implements java.io.Serializable {}
            RDD<Integer> dataset = engine.parallelize(List.of(1), 1);

            assertThatThrownBy(() -> engine.broadcast(new Holder("h", dataset)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("RDD");
            assertThatThrownBy(() -> engine.broadcast(new ArrayList<>(List.of(dataset.keyBy(x -> x)))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> engine.broadcast(new HashMap<>(Map.of("engine", engine))))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        @NotIn(
                value = TestMode.SPARK,
                because = "with the flags that Spark needs a thread can be looked into, and what it leads to is named")
        @Test
        void aValueThatCannotBeSerializedIsRefusedAtTheCall() {
            assertThatThrownBy(() -> engine.broadcast(new ArrayList<>(List.of(Thread.currentThread()))))
                    .isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("Thread");
            Engines.assertUsable(engine);
        }

        @Test
        void afterCloseNoneIsMadeAndNoneIsUsed() {
            EngineContext closed = Engines.open("local");
            Broadcast<String> shared = closed.broadcast("x");
            closed.close();

            assertThatThrownBy(() -> closed.broadcast("y"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("close at SharedVariablesTest.java");
            assertThatThrownBy(shared::value)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("its context was closed");
        }

        @Test
        void theirSizeIsKnown() {
            assertThat(engine.broadcast(new byte[10_000]).serializedBytes()).isBetween(10_000L, 10_100L);
        }

        @Test
        void insideTasksTheyCanOnlyBeRead() {
            Broadcast<String> shared = engine.broadcast("x");
            RDD<Long> one = engine.range(0L, 1L);

            assertThatThrownBy(() -> one.foreach(x -> shared.unpersist()))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining(".unpersist was called inside a task");
            assertThatThrownBy(() -> one.foreach(x -> shared.destroy()))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining(".destroy was called inside a task");
            assertThatThrownBy(() -> one.map(x -> shared.serializedBytes()).count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining(".serializedBytes was called inside a task");
            assertThat(shared.value()).isEqualTo("x");
        }

        @Test
        void idsDiffer() {
            assertThat(engine.broadcast("a").id())
                    .isNotEqualTo(engine.broadcast("a").id());
        }

        @Test
        void ofAnotherContextAreNotMistakenForOnesOwn() {
            try (EngineContext other = Engines.open("local")) {
                Broadcast<ArrayList<String>> own = engine.broadcast(new ArrayList<>(List.of("own")));
                Broadcast<ArrayList<String>> foreign = other.broadcast(new ArrayList<>(List.of("foreign")));

                // either refused or right, but never the value of another broadcast
                List<String> seen = new ArrayList<>();
                try {
                    seen.addAll(engine.range(0L, 1L)
                            .map(x -> foreign.value().get(0))
                            .collect());
                } catch (RuntimeException e) {
                    seen.add("foreign");
                }
                assertThat(seen).containsOnly("foreign");
                foreign.destroy();
                assertThat(own.value()).containsExactly("own");
            }
        }
    }

    @Nested
    class Accumulators {

        @Test
        void haveSumCountAndAverage() {
            LongAccumulator numbers = engine.longAccumulator("numbers");
            assertThat(numbers.isZero()).isTrue();
            assertThat(numbers.avg()).isNaN();

            engine.range(0, 10, 1, 3).foreach(numbers::add);

            assertThat(numbers.value()).isEqualTo(45);
            assertThat(numbers.sum()).isEqualTo(45);
            assertThat(numbers.count()).isEqualTo(10);
            assertThat(numbers.avg()).isEqualTo(4.5);
            assertThat(numbers.isZero()).isFalse();
            assertThat(numbers).hasToString("LongAccumulator(numbers: 45)");
            assertThat(numbers.name()).isEqualTo("numbers");
            numbers.reset();
            assertThat(numbers.isZero()).isTrue();
        }

        @Test
        void countAgainInEveryAction() {
            LongAccumulator calls = engine.longAccumulator("calls");
            RDD<Long> dataset = engine.range(0, 6, 1, 3).map(x -> {
                calls.add(1);
                return x;
            });
            dataset.count();
            dataset.count();

            assertThat(calls.value()).isEqualTo(12);
        }

        @Test
        void startAtZeroInEachAttempt() {
            LongAccumulator numbers = engine.longAccumulator("numbers");
            numbers.add(1000);

            assertThat(engine.range(0, 4, 1, 4)
                            .map(x -> {
                                numbers.add(x);
                                return numbers.value();
                            })
                            .collect())
                    .containsExactly(0L, 1L, 2L, 3L);
            assertThat(numbers.value()).isEqualTo(1006);
        }

        @Test
        void countOncePerPartitionAlsoWhenFirstAttemptsFail() {
            engine.close(); // Spark has one context in a JVM
            try (EngineContext retrying = Engines.open("local[2,2]")) {
                LongAccumulator inAction = retrying.longAccumulator("in the action");
                LongAccumulator beforeShuffle = retrying.longAccumulator("before the shuffle");
                retrying.range(0, 30, 1, 3)
                        .mapToPair(x -> {
                            beforeShuffle.add(1);
                            return Pair.of(x % 5, x == 9 || x == 19 || x == 29 ? Engines.notInFirstAttempt(x) : x);
                        })
                        .reduceByKey(Long::sum, 2)
                        .foreach(pair -> {
                            inAction.add(1);
                            Engines.notInFirstAttempt(pair);
                        });

                assertThat(beforeShuffle.value()).isEqualTo(30);
                assertThat(inAction.value()).isEqualTo(5);
            }
        }

        @Test
        void ofAFailedJobAreNotApplied() {
            LongAccumulator numbers = engine.longAccumulator("numbers");

            assertThatThrownBy(() -> engine.range(0, 10, 1, 10)
                            .map(x -> {
                                numbers.add(1);
                                if (x == 9) {
                                    throw new IllegalStateException("the last one");
                                }
                                return x;
                            })
                            .collect())
                    .isInstanceOf(JobFailedException.class);

            Engines.assertIdle(engine);
            assertThat(numbers.value()).isZero();
        }

        @Test
        void inOneFunctionTwiceAreOneAccumulator() {
            LongAccumulator numbers = engine.longAccumulator("numbers");
            List<LongAccumulator> both = List.of(numbers, numbers);
            engine.range(0, 4, 1, 2).foreach(x -> both.forEach(accumulator -> accumulator.add(x)));

            assertThat(numbers.value()).isEqualTo(12);
        }

        @Test
        void inSeveralFunctionsOfOneTaskAreOneAccumulator() {
            LongAccumulator numbers = engine.longAccumulator("numbers");

            List<Long> seen = engine.range(0, 2, 1, 1)
                    .map(x -> {
                        numbers.add(1);
                        return x;
                    })
                    .map(x -> {
                        numbers.add(10);
                        return numbers.value();
                    })
                    .collect();

            assertThat(seen).containsExactly(11L, 22L);
            assertThat(numbers.value()).isEqualTo(22);
        }

        @Test
        void ofAnotherContextAreNotMistakenForOnesOwn() {
            try (EngineContext other = Engines.open("local")) {
                LongAccumulator own = engine.longAccumulator("own");
                LongAccumulator foreign = other.longAccumulator("foreign");
                try {
                    engine.range(0L, 5L).foreach(x -> foreign.add(1));
                } catch (RuntimeException e) {
                    foreign.add(5); // refused; else it counts
                }

                assertThat(own.value()).isZero();
                assertThat(foreign.value()).isEqualTo(5);
            }
        }
    }

    @Nested
    class Captures {

        @Test
        void aMutableOneIsCopiedForEachAttempt() {
            int[] counter = new int[1];
            List<Integer> seen = engine.range(0, 6, 1, 3).map(x -> ++counter[0]).collect();

            assertThat(seen).containsExactly(1, 2, 1, 2, 1, 2);
            assertThat(counter).containsExactly(0);
        }

        @Test
        void changesAfterTheCallAreNotSeen() {
            int[] factor = {2};
            RDD<Long> scaled = engine.range(1L, 4L).map(x -> x * factor[0]);
            factor[0] = 100;

            assertThat(scaled.collect()).containsExactly(2L, 4L, 6L);
        }

        @Test
        void aMutableOneIsCopiedForRetriesToo() {
            engine.close(); // Spark has one context in a JVM
            try (EngineContext retrying = Engines.open("local[2,2]")) {
                List<Integer> seenBefore = new ArrayList<>();

                assertThat(retrying.range(0, 4, 1, 2)
                                .map(x -> {
                                    seenBefore.add(1);
                                    if (seenBefore.size() == 2) {
                                        Engines.notInFirstAttempt(x);
                                    }
                                    return seenBefore.size();
                                })
                                .collect())
                        .containsExactly(1, 2, 1, 2);
                assertThat(seenBefore).isEmpty();
            }
        }
    }
}
