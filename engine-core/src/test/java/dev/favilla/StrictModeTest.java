package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.StrictModeException;
import dev.favilla.task.TaskContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes unnoticed in {@code local[2]} and would fail, or give other results, on a cluster is named in strict mode. */
@Timeout(120)
class StrictModeTest {

    private static final int MANY = 2000;

    private static EngineContext strict(String how) {
        return EngineContext.builder()
                .master("local[2]")
                .set("favilla.strict", how)
                .open();
    }

    /** Runs a program in {@code local[2]}, where nothing is said of it. */
    private static <R> R unnoticed(Function<EngineContext, R> program) {
        List<R> result = new ArrayList<>();
        assertThat(logOf(() -> {
                    try (EngineContext engine = EngineContext.open("local[2]")) {
                        result.add(program.apply(engine));
                    }
                }))
                .isEmpty();
        return result.get(0);
    }

    /** Runs a program that passes unnoticed in strict mode, and returns what it is refused with. */
    private static StrictModeException refused(Function<EngineContext, ?> program) {
        unnoticed(program);
        List<Throwable> causes = new ArrayList<>();
        try (EngineContext engine =
                EngineContext.builder().master("local[2]").strict().open()) {
            assertThatThrownBy(() -> program.apply(engine))
                    .isInstanceOf(JobFailedException.class)
                    .hasRootCauseInstanceOf(StrictModeException.class)
                    .satisfies(e -> causes.add(e.getCause()));
            Engines.assertIdle(engine);
        }
        return (StrictModeException) causes.get(0);
    }

    /** Runs a program that passes unnoticed in strict mode, where it comes to the same, and returns what is reported. */
    private static List<String> reported(Function<EngineContext, ?> program) {
        unnoticed(program);
        return logOf(() -> {
            try (EngineContext engine = strict("true")) {
                program.apply(engine);
                Engines.assertIdle(engine);
            }
        });
    }

    private static List<String> logOf(Runnable program) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static RDD<Integer> numbers(EngineContext engine) {
        return engine.parallelize(IntStream.range(0, MANY).boxed().toList(), 2);
    }

    /** Belongs to the thread that has opened it. */
    private static final class Connection {

        private final Thread owner = Thread.currentThread();
    }

    private record Order(int number, Object detail) {}

    @Nested
    class Records {

        @Test
        void thatCannotTravelAreRefusedWithThePathToWhatCannot() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .map(x -> new Order(x, new Connection()))
                    .collect()
                    .size());

            assertThat(refusal.operation()).startsWith("map at StrictModeTest.java:");
            assertThat(refusal).hasMessageContainingAll("goes to collect", "cannot travel", "detail", "Thread");
        }

        @Test
        void thatCannotTravelAreRefusedWhereTheyAreCachedAsObjects() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .map(x -> new Order(x, new Connection()))
                    .persist(StorageLevel.MEMORY_ONLY)
                    .count());

            assertThat(refusal).hasMessageContainingAll("map at StrictModeTest.java:", "the cache", "detail");
        }

        @Test
        void thatPassBetweenOperatorsOnlyNeedNotTravel() {
            assertThat(reported(engine -> numbers(engine)
                            .map(x -> new Order(x, new Connection()))
                            .map(Order::number)
                            .collect()))
                    .isEmpty();
        }

        @Test
        void ofWhichSomeLoseAPartAreRefused() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .map(x -> new Noted(x, x == 0 ? null : "note " + x))
                    .coalesce(1)
                    .collect()
                    .size());

            assertThat(refusal).hasMessageContainingAll("does not come back equal", "Noted", "transient");
        }

        @Test
        void thatAreChangedOnceTheyAreCachedAreRefusedWithWhoChangesThem() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .map(x -> new int[] {x})
                    .persist(StorageLevel.MEMORY_ONLY)
                    .filter(x -> ++x[0] > 0)
                    .count());

            assertThat(refusal.operation()).startsWith("filter at StrictModeTest.java:");
            assertThat(refusal).hasMessageContainingAll("has changed a [I", "map at StrictModeTest.java:", "the cache");
        }

        @Test
        void ofACachedPartitionThatAreChangedByALaterJobAreRefused() {
            StrictModeException refusal = refused(engine -> {
                RDD<int[]> cached = numbers(engine).map(x -> new int[] {x}).persist(StorageLevel.MEMORY_ONLY);
                cached.count();
                return cached.map(x -> {
                            x[0]++;
                            return x;
                        })
                        .count();
            });

            assertThat(refusal.operation()).startsWith("map at StrictModeTest.java:");
            assertThat(refusal).hasMessageContaining("those who read its cached partitions");
        }

        @Test
        void thatAreOneObjectAreRefusedWhereTheyAreKept() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .mapPartitions(records -> {
                        int[] one = new int[1];
                        List<Integer> all = Engines.toList(records);
                        return all.stream()
                                .map(x -> {
                                    one[0] = x;
                                    return one;
                                })
                                .iterator();
                    })
                    .collect()
                    .size());

            assertThat(refusal.operation()).startsWith("mapPartitions at StrictModeTest.java:");
            assertThat(refusal).hasMessageContainingAll("hands one object on for several records", "collect");
        }

        @Test
        void thatAreChangedByWhoHasMadeThemAreRefused() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .mapPartitions(records -> {
                        List<int[]> made = new ArrayList<>();
                        records.forEachRemaining(x -> made.add(new int[] {x}));
                        return made.stream()
                                .map(x -> {
                                    made.forEach(each -> each[0]++);
                                    return x;
                                })
                                .iterator();
                    })
                    .mapToPair(x -> Pair.of(1, x))
                    .partitionBy(new HashPartitioner(2))
                    .count());

            assertThat(refusal)
                    .hasMessageContainingAll("mapToPair at StrictModeTest.java:", "a shuffle", "was changed");
        }

        @Test
        void thatAreOneObjectMayPassBetweenOperators() {
            assertThat(reported(engine -> numbers(engine)
                            .mapPartitions(records -> {
                                int[] one = new int[1];
                                return Engines.toList(records).stream()
                                        .map(x -> {
                                            one[0] = x;
                                            return one;
                                        })
                                        .iterator();
                            })
                            .map(x -> x[0])
                            .collect()))
                    .isEmpty();
        }
    }

    /** Forgets its note when it travels. */
    private static final class Noted implements Serializable {

        private static final long serialVersionUID = 1L;

        private final int number;
        private final transient String note;

        Noted(int number, String note) {
            this.number = number;
            this.note = note;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Noted other && number == other.number && Objects.equals(note, other.note);
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    @Nested
    class CapturedState {

        private static final class Counter implements Serializable {

            private static final long serialVersionUID = 1L;

            private int seen;
        }

        @Test
        void thatIsChangedIsReportedByItsNameAndTheChangeIsLost() {
            Counter counter = new Counter();

            List<String> log = reported(engine -> {
                numbers(engine).foreach(x -> counter.seen++);
                return counter.seen;
            });

            assertThat(log)
                    .singleElement()
                    .asString()
                    .contains("WARN", "foreach at StrictModeTest.java:", "captured argument 1.seen", "accumulator");
            assertThat(counter.seen).isZero();
        }

        @Test
        void thatIsReadOnlyIsNot() {
            int[] table = {1, 2, 3};

            assertThat(reported(engine -> numbers(engine).map(x -> table[x % 3]).collect()))
                    .isEmpty();
        }

        @Test
        void ofAccumulatorsAndBroadcastsMayChange() {
            assertThat(reported(engine -> {
                        LongAccumulator sum = engine.longAccumulator("sum");
                        CollectionAccumulator<Integer> all = engine.collectionAccumulator("all");
                        Broadcast<List<Integer>> table = engine.broadcast(List.of(1, 2, 3));
                        numbers(engine).foreach(x -> {
                            sum.add(table.value().get(x % 3));
                            all.add(x);
                        });
                        return sum.value();
                    }))
                    .isEmpty();
        }
    }

    @Nested
    class Results {

        @Test
        void thatCannotTravelFailTheJob() {
            Function<EngineContext, Integer> program = engine -> {
                CollectionAccumulator<Connection> opened = engine.collectionAccumulator("opened");
                numbers(engine).filter(x -> x % 1000 == 0).foreach(x -> opened.add(new Connection()));
                return opened.value().size();
            };
            assertThat(unnoticed(program)).isEqualTo(2);

            try (EngineContext engine = strict("true")) {
                assertThatThrownBy(() -> program.apply(engine))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContainingAll("foreach at StrictModeTest.java:", "added to accumulator", "Thread");
            }
        }
    }

    @Nested
    class Keys {

        private static final class Name implements Serializable {

            private static final long serialVersionUID = 1L;

            private final int number;

            Name(int number) {
                this.number = number;
            }
        }

        private record ByNumber(int numPartitions) implements Partitioner {

            @Override
            public int partition(Object key) {
                return ((Name) key).number % numPartitions;
            }
        }

        @Test
        void thatWouldNotMeetAreRefusedAlsoWhereNobodyAsksForTheirHash() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .mapToPair(x -> Pair.of(new Name(x), x))
                    .partitionBy(new ByNumber(2))
                    .count());

            assertThat(refusal)
                    .hasMessageContainingAll("mapToPair at StrictModeTest.java:", "Name", "equals and hashCode");
        }
    }

    /** Sums of seven records each. */
    private static final class SumsOfSeven implements Iterator<Integer> {

        private final Iterator<Integer> records;

        SumsOfSeven(Iterator<Integer> records) {
            this.records = records;
        }

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        public Integer next() {
            int sum = 0;
            for (int i = 0; i < 7 && records.hasNext(); i++) {
                sum += records.next();
            }
            return sum;
        }
    }

    @Nested
    class Iterators {

        @Test
        void thatTwoCallsReturnAreRefused() {
            StrictModeException refusal = refused(engine -> numbers(engine)
                    .mapPartitions(records -> {
                        Iterable<Integer> once = () -> records;
                        return List.of(once, once).iterator();
                    })
                    .flatMap(each -> each)
                    .count());

            assertThat(refusal.operation()).startsWith("flatMap at StrictModeTest.java:");
            assertThat(refusal).hasMessageContaining("the same iterator");
        }

        @Test
        void thatAreReadASecondTimeAreReportedWithBothLines() {
            List<String> log = reported(engine -> numbers(engine)
                    .mapPartitions(records -> {
                        int count = 0;
                        Iterable<Integer> all = () -> records;
                        for (Integer x : all) {
                            count += x > 0 ? 1 : 0;
                        }
                        long sum = 0;
                        for (Integer x : all) {
                            sum += x;
                        }
                        return List.of(count + sum).iterator();
                    })
                    .collect());

            assertThat(log)
                    .singleElement()
                    .asString()
                    .containsPattern(
                            "mapPartitions at StrictModeTest.java:\\d+: the function came to the end of its input"
                                    + " at StrictModeTest.java:\\d+ and has asked for more at StrictModeTest.java:\\d+");
        }

        @Test
        void thatAreReturnedWhenNothingIsLeftAreReported() {
            List<String> log = reported(engine -> numbers(engine)
                    .mapPartitions(records -> {
                        List<Integer> seen = Engines.toList(records);
                        return seen.isEmpty() ? records : records;
                    })
                    .count());

            assertThat(log).singleElement().asString().contains("mapPartitions at", "the partition has no records");
        }

        @Test
        void thatAreReadByAnIteratorOfTheUsersAreNot() {
            assertThat(reported(engine ->
                            numbers(engine).mapPartitions(SumsOfSeven::new).collect()))
                    .isEmpty();
        }
    }

    @Nested
    class SecondRuns {

        private static final AtomicInteger CALLS = new AtomicInteger();
        private static final Set<Integer> SEEN = ConcurrentHashMap.newKeySet();

        @Test
        void thatMakeOtherRecordsAreReportedWithWhoMadeThem() {
            List<String> log = reported(engine -> numbers(engine)
                    .map(x -> x + 1)
                    .map(x -> x + ThreadLocalRandom.current().nextInt())
                    .filter(x -> x != 7)
                    .count());

            assertThat(log)
                    .singleElement()
                    .asString()
                    .contains("WARN", "map at StrictModeTest.java:", "other records", "record 1 of partition", "seed");
        }

        @Test
        void findWhatIsKeptFromOneRunToTheNext() {
            assertThat(reported(engine -> {
                        SEEN.clear();
                        return numbers(engine)
                                .filter(x -> SEEN.add(x))
                                .map(x -> 2 * x)
                                .collect()
                                .size();
                    }))
                    .singleElement()
                    .asString()
                    .contains("filter at StrictModeTest.java:", "other records");
        }

        @Test
        void lookBelowWhatWasCachedOnTheWay() {
            assertThat(reported(engine -> numbers(engine)
                            .map(x -> ThreadLocalRandom.current().nextInt())
                            .cache()
                            .count()))
                    .singleElement()
                    .asString()
                    .contains("map at StrictModeTest.java:");
        }

        @Test
        void mayMakeFewerRecordsThanTheCacheWanted() {
            assertThat(reported(engine -> {
                        long none = numbers(engine)
                                .map(x -> x + 1)
                                .cache()
                                .cartesian(engine.parallelize(List.<Long>of(), 1))
                                .count();
                        return none
                                + numbers(engine)
                                        .map(x -> x + 2)
                                        .cache()
                                        .mapPartitions(numbers ->
                                                List.of(numbers.next()).iterator())
                                        .count();
                    }))
                    .isEmpty();
        }

        @Test
        void countForNobody() {
            assertThat(reported(engine -> {
                        LongAccumulator calls = engine.longAccumulator("calls");
                        long records = numbers(engine)
                                .map(x -> {
                                    calls.add(1);
                                    return x % 7;
                                })
                                .distinct()
                                .count();
                        assertThat(records).isEqualTo(7);
                        assertThat(calls.value()).isEqualTo(MANY);
                        return records;
                    }))
                    .isEmpty();
        }

        private int callsOf(String how, Consumer<RDD<Integer>> action) {
            CALLS.set(0);
            try (EngineContext engine = strict(how)) {
                action.accept(numbers(engine).map(x -> {
                    CALLS.incrementAndGet();
                    return x;
                }));
            }
            return CALLS.get();
        }

        @Test
        void areOfSomeRecordsOfOnePartition() {
            assertThat(callsOf("true", RDD::count)).isBetween(MANY + 200, MANY + 300);
        }

        @Test
        void areNotMadeOfWhatIsDoneForItsEffect() {
            assertThat(callsOf("true", records -> records.foreach(x -> {}))).isEqualTo(MANY);
            assertThat(callsOf("true", records -> records.foreachPartition(Engines::toList)))
                    .isEqualTo(MANY);
        }

        @Test
        void areNotMadeWhereFunctionsAreToRunOnce() {
            assertThat(callsOf("once", RDD::count)).isEqualTo(MANY);
        }

        @Test
        void thatFailAreReported() {
            assertThat(reported(engine -> {
                        SEEN.clear();
                        return numbers(engine)
                                .map(x -> {
                                    if (!SEEN.add(x)) {
                                        throw new IllegalStateException("seen before");
                                    }
                                    return x;
                                })
                                .count();
                    }))
                    .singleElement()
                    .asString()
                    .contains("map at StrictModeTest.java:", "it has failed", "seen before");
        }

        @Test
        void knowTheirTaskAsTheFirstDid() {
            assertThat(reported(engine -> numbers(engine)
                            .map(x -> x
                                    + Objects.requireNonNull(TaskContext.get()).partition())
                            .collect()))
                    .isEmpty();
        }
    }

    @Test
    void programsThatAreRightAreNotSpokenOf() {
        Function<EngineContext, Map<Integer, List<Integer>>> program = engine -> {
            Map<Integer, List<Integer>> groups = new java.util.TreeMap<>();
            PairRDD<Integer, Integer> pairs =
                    numbers(engine).mapToPair(x -> Pair.of(x % 5, x)).cache();
            pairs.reduceByKey(Integer::sum)
                    .join(pairs.groupByKey())
                    .mapValues(both -> Engines.toList(both.value().iterator()))
                    .sortByKey()
                    .collect()
                    .forEach(group -> groups.put(group.key(), group.value()));
            return groups;
        };

        List<Map<Integer, List<Integer>>> results = new ArrayList<>();
        assertThat(reported(engine -> results.add(program.apply(engine)))).isEmpty();
        assertThat(results.get(1)).isEqualTo(results.get(0)).hasSize(5);
    }

    @Test
    void settingsOtherThanThoseThereAreAreRefused() {
        assertThatThrownBy(() -> strict("perhaps"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("favilla.strict", "perhaps", "true, false, or once");
    }
}
