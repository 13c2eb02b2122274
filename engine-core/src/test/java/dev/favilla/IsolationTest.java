package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.task.TaskContext;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between two isolated executors, and between them and the driver, nothing passes but bytes. */
@Timeout(60)
class IsolationTest {

    /** A value that can change. */
    static final class Box implements Serializable {

        private static final long serialVersionUID = 1L;

        int value;

        Box(int value) {
            this.value = value;
        }

        Box plus(int more) {
            value += more;
            return this;
        }
    }

    /** The objects that tasks have met, by identity. Functions name it, because where executors are isolated they are copies. */
    static final class Seen implements AutoCloseable {

        private static final Map<String, Seen> ALL = new ConcurrentHashMap<>();
        private static final AtomicInteger NEXT = new AtomicInteger();

        private final String name = "seen-" + NEXT.getAndIncrement();
        private final Set<Object> objects =
                Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        private final Set<String> executors = ConcurrentHashMap.newKeySet();

        Seen() {
            ALL.put(name, this);
        }

        static <T> T note(String name, T object) {
            Seen seen = Objects.requireNonNull(ALL.get(name));
            seen.objects.add(object);
            seen.executors.add(
                    Objects.requireNonNull(TaskContext.get()).executor().toString());
            return object;
        }

        @Override
        public void close() {
            ALL.remove(name);
        }
    }

    private static EngineContext twoExecutors() {
        return EngineContext.builder()
                .executors(2)
                .cores(1)
                .memory(32L << 20)
                .set("favilla.locality.wait", "0ms")
                .open();
    }

    @Test
    void elementsAreCopies() {
        List<Box> boxes = List.of(new Box(1), new Box(2));
        try (EngineContext engine = twoExecutors();
                Seen seen = new Seen()) {
            String name = seen.name;
            RDD<Integer> tens =
                    engine.parallelize(boxes, 2).map(box -> Seen.note(name, box).plus(10).value);

            assertThat(tens.collect()).containsExactly(11, 12);
            assertThat(tens.collect()).as("a second job").containsExactly(11, 12);

            assertThat(boxes).extracting(box -> box.value).containsExactly(1, 2);
            assertThat(seen.objects).doesNotContain(boxes.get(0), boxes.get(1));
        }
    }

    @Test
    void capturedStateIsACopy() {
        List<Integer> list = new ArrayList<>(List.of(7));
        try (EngineContext engine = twoExecutors()) {
            List<Integer> sizes = engine.range(0, 4, 1, 4)
                    .map(x -> {
                        list.add(1);
                        return list.size();
                    })
                    .collect();

            assertThat(sizes).as("each attempt has its own").containsExactly(2, 2, 2, 2);
            assertThat(list).containsExactly(7);
        }
    }

    @Test
    void collectedRecordsAreCopies() {
        try (EngineContext engine = twoExecutors();
                Seen seen = new Seen()) {
            String name = seen.name;

            List<Box> collected = engine.range(0, 4, 1, 2)
                    .map(x -> Seen.note(name, new Box(x.intValue())))
                    .collect();

            assertThat(collected).extracting(box -> box.value).containsExactly(0, 1, 2, 3);
            assertThat(seen.objects).hasSize(4).doesNotContainAnyElementsOf(collected);
        }
    }

    @Test
    void immutableRecordsAreCopiesToo() {
        String text = "not interned " + System.identityHashCode(this);
        try (EngineContext engine = twoExecutors();
                Seen seen = new Seen()) {
            String name = seen.name;

            String back = engine.parallelize(List.of(text), 1)
                    .map(each -> Seen.note(name, each))
                    .collect()
                    .get(0);

            assertThat(back).isEqualTo(text).isNotSameAs(text);
            assertThat(seen.objects).hasSize(1);
            Object inTask = seen.objects.iterator().next();
            assertThat(inTask).isNotSameAs(text).isNotSameAs(back);
        }
    }

    @Nested
    class Broadcasts {

        @Test
        void eachExecutorHasOneCopy() {
            Box original = new Box(5);
            assertThat(copiesOf(original)).hasSize(2).doesNotContain(original);
        }

        @Test
        void alsoOfWhatNobodyCanChange() {
            String original = "not interned " + System.identityHashCode(this);
            assertThat(copiesOf(original)).hasSize(2).allMatch(copy -> copy.equals(original) && copy != original);
        }

        private List<Object> copiesOf(Object original) {
            try (EngineContext engine = twoExecutors();
                    Seen seen = new Seen();
                    Gate gate = new Gate()) {
                String name = seen.name;
                String both = gate.name();
                Broadcast<Object> broadcast = engine.broadcast(original);
                RDD<Long> tasks = engine.range(0, 2, 1, 2).map(x -> {
                    Seen.note(name, broadcast.value());
                    return Gate.pass(both, x);
                });
                Background<Long> first = Background.run(tasks::count);
                gate.awaitArrivals(2);
                gate.open();
                assertThat(first.result()).isEqualTo(2);

                assertThat(engine.range(0, 20, 1, 20)
                                .map(x -> Seen.note(name, broadcast.value()))
                                .count())
                        .isEqualTo(20);

                assertThat(seen.executors).hasSize(2);
                return List.copyOf(seen.objects);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Test
        void whatOneExecutorDoesToItsCopyTheOtherDoesNotSee() throws Exception {
            Box original = new Box(0);
            try (EngineContext engine = twoExecutors();
                    Gate gate = new Gate()) {
                String both = gate.name();
                Broadcast<Box> broadcast = engine.broadcast(original);
                Background<List<Integer>> values = Background.run(() -> engine.range(0, 2, 1, 2)
                        .map(x -> {
                            broadcast.value().plus(1);
                            Gate.pass(both, x);
                            return broadcast.value().value;
                        })
                        .collect());
                gate.awaitArrivals(2);
                gate.open();

                assertThat(values.result()).containsExactly(1, 1);
                assertThat(original.value).isZero();
            }
        }

        @Test
        void unpersistedCopiesAreMadeAgainAndDestroyedOnesAreNot() {
            try (EngineContext engine = twoExecutors()) {
                Broadcast<Box> broadcast = engine.broadcast(new Box(1));
                RDD<Integer> added =
                        engine.range(0, 1, 1, 1).map(x -> broadcast.value().plus(1).value);
                assertThat(added.collect()).containsExactly(2);

                broadcast.unpersist();

                assertThat(added.collect()).as("of a new copy").containsExactly(2);
                broadcast.destroy();
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(added::collect)
                        .withMessageContaining("destroy");
            }
        }
    }

    @Test
    void accumulatorsComeBackAsWhatWasAdded() {
        try (EngineContext engine = twoExecutors();
                Seen seen = new Seen()) {
            String name = seen.name;
            LongAccumulator sum = engine.longAccumulator("sum");

            engine.range(0, 100, 1, 4).foreach(x -> Seen.note(name, sum).add(x));

            assertThat(sum.value()).isEqualTo(4950);
            assertThat(sum.count()).isEqualTo(100);
            assertThat(seen.objects).doesNotContain(sum);
        }
    }

    @Test
    void shuffledRecordsAreCopies() {
        try (EngineContext engine = twoExecutors();
                Seen before = new Seen();
                Seen after = new Seen()) {
            String map = before.name;
            String reduce = after.name;

            List<Integer> values = engine.range(0, 4, 1, 2)
                    .mapToPair(x -> Pair.of(x % 2, Seen.note(map, new Box(x.intValue()))))
                    .groupByKey(2)
                    .values()
                    .flatMap(boxes -> {
                        List<Integer> all = new ArrayList<>();
                        boxes.forEach(box -> all.add(Seen.note(reduce, box).value));
                        return all;
                    })
                    .collect();

            assertThat(values).containsExactlyInAnyOrder(0, 1, 2, 3);
            assertThat(after.objects).hasSize(4).doesNotContainAnyElementsOf(before.objects);
        }
    }

    @Test
    void cachedBlocksOfAnotherExecutorAreReadAsCopies() throws Exception {
        try (EngineContext engine = twoExecutors();
                Seen made = new Seen();
                Seen read = new Seen();
                Gate gate = new Gate()) {
            String maker = made.name;
            String reader = read.name;
            String both = gate.name();
            RDD<Box> kept = engine.range(0, 1, 1, 1)
                    .map(x -> Seen.note(maker, new Box(1)))
                    .cache();
            assertThat(kept.count()).isEqualTo(1);
            assertThat(engine.status().cachedBlocks()).isEqualTo(1);
            RDD<Integer> values = kept.map(box -> Gate.pass(both, Seen.note(reader, box).value));

            // two jobs read the one block at once; only one of them can run where it lies
            Background<List<Integer>> one = Background.run(values::collect);
            gate.awaitArrivals(1);
            Background<List<Integer>> other = Background.run(values::collect);
            gate.awaitArrivals(1);
            gate.open();

            assertThat(one.result()).containsExactly(1);
            assertThat(other.result()).containsExactly(1);
            assertThat(made.objects).as("computed once").hasSize(1);
            assertThat(read.executors).hasSize(2);
            assertThat(read.objects)
                    .as("the block itself, and a copy")
                    .hasSize(2)
                    .containsAll(made.objects);
        }
    }

    @Test
    void oneExecutorIsIsolatedToo() {
        Box box = new Box(1);
        try (EngineContext engine =
                EngineContext.builder().executors(1).cores(1).memory(32L << 20).open()) {
            assertThat(engine.parallelize(List.of(box), 1)
                            .map(each -> each.plus(1).value)
                            .collect())
                    .containsExactly(2);
            assertThat(box.value).isEqualTo(1);
        }
    }

    @Test
    void localTasksShareRecordsThatNobodyCanChangeWithTheDriver() {
        List<String> fixed = List.of("cannot change");
        Box box = new Box(1);
        try (EngineContext engine = EngineContext.open("local[1]")) {
            assertThat(engine.parallelize(List.of(fixed), 1).first()).isSameAs(fixed);
            assertThat(engine.parallelize(List.of(box), 1).first()).isNotSameAs(box);
        }
    }
}
