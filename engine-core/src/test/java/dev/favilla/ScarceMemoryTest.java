package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that cannot all have the memory they need, at once or at all. */
@NotIn(
        value = {TestMode.MEMORY, TestMode.TCP},
        because = "three executors have three times the memory that the jobs are to be short of")
@InEveryMode
class ScarceMemoryTest {

    private static final long MIB = 1L << 20;
    private static final long BUDGET = 32 * MIB;

    private static EngineContext open(String master) {
        return Engines.builder(master, BUDGET).open();
    }

    /** Needs about 250 bytes of memory per key in the end, as far as is known. */
    private static long group(EngineContext engine, long keys, int partitions) {
        return engine.range(0, keys, 1, partitions)
                .mapToPair(x -> Pair.of(x, "value " + x))
                .groupByKey(partitions)
                .count();
    }

    /** Makes the task hold so much. */
    private static <T> T holding(long bytes, T record) {
        TaskScope scope = ((RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task")).scope();
        scope.memory().require(bytes);
        scope.onClose(() -> scope.memory().release(bytes));
        return record;
    }

    @Nested
    class JobsThatFitOneAfterTheOther {

        @Test
        void allEndWellInPairs(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (int round = 0; round < 20; round++) {
                run("local[2]", 2, random.nextLong(60_000, 110_000), random.nextInt(1, 4));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[4]", "local-cluster[2,2,32]"})
        void allEndWellInMany(String master) throws Exception {
            run(master, 4, 100_000, 3);
            run(master, 3, 100_000, 8);
        }

        private void run(String master, int jobs, long keys, int partitions) throws Exception {
            try (EngineContext engine = master.startsWith("local-") ? Engines.open(master) : open(master)) {
                List<Background<Long>> running = new ArrayList<>();
                for (int i = 0; i < jobs; i++) {
                    running.add(Background.run(() -> group(engine, keys, partitions)));
                }
                for (Background<Long> job : running) {
                    assertThat(job.result()).isEqualTo(keys);
                }
                Engines.assertUsable(engine);
            }
        }
    }

    /**
     * One list of all records, of which nothing can be moved out. Few and large ones: each is written to disk and read
     * again in each attempt, and what is to be seen is the bytes.
     */
    private static long foldIntoOne(EngineContext engine, long records) {
        return engine.range(0, records, 1, 2)
                .mapToPair(x -> Pair.of(0, new long[512]))
                .aggregateByKey(
                        new ArrayList<long[]>(),
                        1,
                        (list, x) -> {
                            list.add(x);
                            return list;
                        },
                        (left, right) -> {
                            left.addAll(right);
                            return left;
                        })
                .count();
    }

    @Test
    void aJobThatNeverFitsFailsAndTakesNobodyAlong() throws Exception {
        try (EngineContext engine = open("local[4]")) {
            Background<Long> tooMuch = Background.run(() -> foldIntoOne(engine, 24_000));
            List<Background<Long>> others = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                others.add(Background.run(() -> group(engine, 20_000, 2)));
            }

            for (Background<Long> job : others) {
                assertThat(job.result()).isEqualTo(20_000);
            }
            assertThat(tooMuch.failure())
                    .isInstanceOf(JobFailedException.class)
                    .hasCauseInstanceOf(ExecutionMemoryExhaustedException.class);
            Engines.assertUsable(engine);
        }
    }

    @Nested
    class AnOlderJob {

        @AutoClose // where a test is left out, too
        private final EngineContext engine = open("local[2]");

        private final Gate older = new Gate();
        private final Gate younger = new Gate();

        private Background<Long> startOlder() {
            String gate = older.name();
            Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> holding(24 * MIB, Gate.pass(gate, holding(MIB, x))))
                    .count());
            older.awaitArrivals(1);
            return job;
        }

        private Background<Long> startYounger() {
            String gate = younger.name();
            Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> holding(MIB, Gate.pass(gate, holding(20 * MIB, x))))
                    .count());
            younger.awaitArrivals(1);
            return job;
        }

        /** Lets the older one ask for what the younger one holds, and returns once it waits. */
        private void letItWait() {
            older.open();
            Engines.await(() -> Thread.getAllStackTraces().entrySet().stream()
                    .anyMatch(thread -> thread.getKey().getState() == Thread.State.TIMED_WAITING
                            && Stream.of(thread.getValue())
                                    .anyMatch(frame -> frame.getClassName().startsWith("dev.favilla.memory."))));
        }

        @Test
        void waitsForTheYoungerOneToEndOrToGiveWay() throws Exception {
            try (engine;
                    older;
                    younger) {
                Background<Long> first = startOlder();
                Background<Long> second = startYounger();
                letItWait();
                assertThat(first.isDone()).isFalse();

                younger.open(); // it asks for more, gives way, and comes again

                assertThat(first.result()).isOne();
                assertThat(second.result()).isOne();
                Engines.assertUsable(engine);
            }
        }

        @NotIn(value = TestMode.SPARK, because = "the memory of tasks is not in the status there")
        @Test
        void thatIsCancelledWhileItWaitsEndsAtOnce() throws Exception {
            try (engine;
                    older;
                    younger) {
                Background<Long> first = startOlder();
                Background<Long> second = startYounger();
                letItWait();

                engine.cancelJob(0, "not wanted");

                assertThat(first.failure()).isInstanceOf(JobCancelledException.class);
                Engines.await(() -> engine.status().memory().activeTasks() == 1);
                assertThat(engine.status().memory().executionBytes()).isEqualTo(20 * MIB);
                younger.open();
                assertThat(second.result()).isOne();
            }
        }

        @Test
        void doesNotKeepItsContextFromClosing() throws Exception {
            try (engine;
                    older;
                    younger) {
                Background<Long> first = startOlder();
                Background<Long> second = startYounger();
                letItWait();

                engine.close();

                assertThat(first.failure()).isInstanceOf(JobFailedException.class);
                assertThat(second.failure()).isInstanceOf(JobFailedException.class);
                assertThat(engine.status().memory().executionBytes()).isZero();
            }
        }
    }

    @Nested
    class WhatNobodyCanReach {

        @Test
        void isGivenBackBeforeAnythingIsRefused() {
            try (EngineContext engine = open("local[2]")) {
                RDD<Pair<Long, Iterable<String>>> kept = small(engine);
                kept.count();
                for (int job = 0; job < 12; job++) {
                    assertThat(group(engine, 80_000, 2)).isEqualTo(80_000);
                }

                assertThat(kept.count()).isEqualTo(1000);
                assertThat(Engines.lastJob(engine).stagesRun())
                        .as("what can be reached stays")
                        .isOne();
            }
        }

        private RDD<Pair<Long, Iterable<String>>> small(EngineContext engine) {
            return engine.range(0, 1000, 1, 2)
                    .mapToPair(x -> Pair.of(x, "v"))
                    .groupByKey(2)
                    .map(pair -> Pair.of(pair.key(), pair.value()));
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "it runs in a JVM of its own, which has no mode")
        @ParameterizedTest
        @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+DisableExplicitGC"})
        void isGivenBackInASmallHeap(String option) throws InterruptedException {
            ForkedJvm.Result result =
                    ForkedJvm.of(ManyJobs.class).jvmOptions("-Xmx96m", option).run(Duration.ofSeconds(100));

            assertThat(result.stdout()).as(result.stderr()).isEqualTo("40 jobs ended well\n");
            assertThat(result.exitCode()).isZero();
        }
    }

    /** Jobs whose outputs together are several times the budget. */
    static final class ManyJobs {

        public static void main(String[] args) {
            int well = 0;
            try (EngineContext engine = Engines.open("local[2]")) {
                for (int job = 0; job < 40; job++) {
                    well += group(engine, 50_000, 2) == 50_000 ? 1 : 0;
                }
            }
            System.out.print(well + " jobs ended well\n");
        }
    }
}
