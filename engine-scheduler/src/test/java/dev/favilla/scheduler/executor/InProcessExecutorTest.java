package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.TestLineage;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InProcessExecutorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestLineage lineage = new TestLineage();
    private final TestExecutor host = new TestExecutor();
    private final BlockingQueue<SchedulerEvent> events = new LinkedBlockingQueue<>();
    private final InProcessExecutor executor = executor(2, TestExecutor.threads());

    @BeforeEach
    void audit(LeakProbes probes) {
        probes.register(probe(
                "bytes held",
                () -> host.memory.usage().poolBytes() - host.memory.usage().freeBytes()));
        probes.register(probe("map outputs", () -> host.shuffle.outputCount()));
        probes.register(probe("blocks", () -> host.blocks.blockCount()));
    }

    @AfterEach
    void close() {
        assertThat(executor.close(Duration.ofSeconds(5))).isEmpty();
    }

    @Nested
    class Outcomes {

        @Test
        void successBringsResultAccumulatorsAndMetrics() throws Exception {
            Count count = new Count(7);
            LineageNode node = lineage.source(1, 2, 3);

            SchedulerEvent.AttemptEnded ended = run(host.spec(node, new TestAction() {
                @Override
                public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                    ((Count) count.bindTo(scope)).value++;
                    assertThat(((RunningTask) Objects.requireNonNull(TaskContext.get())).scope())
                            .isSameAs(scope);
                    return super.run(input, scope);
                }
            }));

            assertThat(ended.outcome())
                    .isEqualTo(new TaskOutcome.Success(
                            List.of(1, 2, 3), 0, List.of(new AccumulatorUpdate(7, 1)), List.of()));
            assertThat(ended.executor()).isEqualTo(TestExecutor.ID);
        }

        @Test
        void whatTheWorkThrowsIsTheFailureItself() throws Exception {
            IllegalArgumentException error = new IllegalArgumentException("mine");

            TaskOutcome outcome = outcomeOf(() -> {
                throw error;
            });

            assertFailed(outcome, error);
        }

        @ParameterizedTest
        @ValueSource(
                classes = {
                    OutOfMemoryError.class,
                    LinkageError.class,
                    StackOverflowError.class,
                    AssertionError.class,
                    InterruptedException.class
                })
        void anythingThrownLeavesTheSlotAlive(Class<? extends Throwable> type) throws Exception {
            Throwable error = type.getConstructor().newInstance();
            for (int i = 0; i < 3; i++) {
                assertFailed(outcomeOf(() -> throwAny(error)), error);
            }

            assertThat(outcomeOf(() -> "alive")).isInstanceOf(TaskOutcome.Success.class);
        }

        @Test
        void aRealStackOverflowIsAFailureToo() throws Exception {
            assertThat(outcomeOf(() -> bottomless(1)))
                    .isInstanceOfSatisfying(
                            TaskOutcome.Failed.class,
                            failed -> assertThat(failed.error().thrown()).containsInstanceOf(StackOverflowError.class));
        }

        @Test
        void aLostInputWinsOverSuccessAndOverErrors() throws Exception {
            FetchFailedException lost = new FetchFailedException(3, output(5, 9), 0, "gone", null);
            LineageNode lossy = lineage.read(1, List.of(), p -> inputs -> {
                inputs.scope().recordLostInput(lost);
                throw lost;
            });
            for (boolean rethrow : List.of(true, false)) {
                LineageNode node = lineage.read(1, List.of(), p -> inputs -> {
                    try {
                        return inputs.open(lossy, 0);
                    } catch (FetchFailedException e) {
                        if (rethrow) {
                            throw new IllegalStateException("hidden", e);
                        }
                        return new TestLineage.IteratorCursorOf(
                                List.of("made up").iterator());
                    }
                });

                assertThat(run(host.spec(node, new TestAction())).outcome())
                        .isEqualTo(new TaskOutcome.FetchFailed(3, 5, 9, lost.getMessage()));
            }
        }

        @Test
        void aShuffleThatWasNotCompleteIsAMissingInput() throws Exception {
            LineageNode node = lineage.shuffle(lineage.source(Map.entry("a", 1)), 1, null);

            assertThat(run(host.spec(node, new TestAction())).outcome()).isEqualTo(new TaskOutcome.InputMissing(0));
        }

        @Test
        void aKillWinsOverEverything() throws Exception {
            FetchFailedException lost = new FetchFailedException(3, output(5, 9), 0, "gone", null);
            for (int variant = 0; variant < 3; variant++) {
                int what = variant;
                LineageNode node = lineage.read(1, List.of(), p -> inputs -> {
                    executor.kill(inputs.scope().attemptId(), "not wanted", false);
                    executor.kill(inputs.scope().attemptId(), "a second reason", false);
                    inputs.scope().recordLostInput(lost);
                    if (what == 0) {
                        throw new IllegalStateException("user code");
                    }
                    if (what == 1) {
                        throw lost;
                    }
                    return new TestLineage.IteratorCursorOf(List.of().iterator());
                });

                assertThat(run(host.spec(node, new TestAction())).outcome())
                        .isEqualTo(new TaskOutcome.Killed("not wanted"));
            }
        }

        @Test
        void aKillExceptionWithoutAKillIsAFailure() throws Exception {
            TaskKilledException error = new TaskKilledException("another task", "confusion");

            TaskOutcome outcome = outcomeOf(() -> {
                throw error;
            });

            assertFailed(outcome, error);
        }

        @Test
        void anErrorWhileClosingTurnsSuccessIntoFailureAndTakesItsBlocksBack() throws Exception {
            IllegalStateException error = new IllegalStateException("cannot close");
            LineageNode node = lineage.push(lineage.source(1, 2), (down, inputs) -> {
                inputs.scope().onClose(() -> {
                    throw error;
                });
                return down;
            });
            TaskSpec spec = host.spec(
                    new TaskWork.RunAction(node, new TestAction(), null),
                    0,
                    Map.of(),
                    Map.of(node.id(), StorageLevel.MEMORY_ONLY));

            assertFailed(run(spec).outcome(), error);

            assertThat(host.blocks.blockCount()).isZero();
        }

        @Test
        void anErrorWhileClosingIsSuppressedBehindTheFirst() throws Exception {
            IllegalStateException error = new IllegalStateException("cannot close");
            IllegalArgumentException first = new IllegalArgumentException("first");
            LineageNode node = lineage.read(1, List.of(), p -> inputs -> {
                inputs.scope().onClose(() -> {
                    throw error;
                });
                throw first;
            });

            assertFailed(run(host.spec(node, new TestAction())).outcome(), first);

            assertThat(first).hasSuppressedException(error);
        }

        @Test
        void closingErrorsOfAKilledAttemptChangeNothing() throws Exception {
            LineageNode node = lineage.read(1, List.of(), p -> inputs -> {
                inputs.scope().onClose(() -> {
                    throw new IllegalStateException("cannot close");
                });
                executor.kill(inputs.scope().attemptId(), "stop", false);
                return new TestLineage.IteratorCursorOf(List.of().iterator());
            });

            assertThat(run(host.spec(node, new TestAction())).outcome()).isEqualTo(new TaskOutcome.Killed("stop"));
        }

        @Test
        void anAccumulatorThatCannotTellItsPartialFailsTheAttempt() throws Exception {
            IllegalStateException error = new IllegalStateException("no partial");
            Count broken = new Count(1) {
                @Override
                protected Integer partial() {
                    throw error;
                }

                @Override
                protected Accumulator<Integer> zero() {
                    return this;
                }
            };
            LineageNode node = lineage.source(1);
            TaskSpec spec = host.spec(
                    new TaskWork.RunAction(
                            node,
                            new TestAction() {
                                @Override
                                public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                                    broken.bindTo(scope);
                                    return super.run(input, scope);
                                }
                            },
                            null),
                    0,
                    Map.of(),
                    Map.of(node.id(), StorageLevel.MEMORY_ONLY));

            assertFailed(run(spec).outcome(), error);

            assertThat(host.blocks.blockCount()).isZero();
        }

        @Test
        void cachedBlocksAreReportedWithTheSuccess() throws Exception {
            LineageNode node = lineage.source(1, 2);
            TaskSpec spec = host.spec(
                    new TaskWork.RunAction(node, new TestAction(), null),
                    0,
                    Map.of(),
                    Map.of(node.id(), StorageLevel.MEMORY_ONLY));

            assertThat(run(spec).outcome())
                    .isInstanceOfSatisfying(
                            TaskOutcome.Success.class,
                            success -> assertThat(success.cached())
                                    .singleElement()
                                    .satisfies(block -> {
                                        assertThat(block.id()).isEqualTo(new BlockId(node.id(), 0));
                                        assertThat(block.records()).isEqualTo(2);
                                    }));
        }
    }

    @Nested
    class MapOutputsOfAttempts {

        @Test
        void areReadByOthers() throws Exception {
            TestLineage.Node shuffled = lineage.shuffle(lineage.source(Map.entry("a", 1), Map.entry("b", 2)), 1, null);
            ShuffleDependency dependency =
                    (ShuffleDependency) shuffled.dependencies().get(0);

            TaskOutcome.Success written = (TaskOutcome.Success)
                    run(host.spec(new TaskWork.WriteShuffle(dependency))).outcome();
            MapOutputs outputs = new MapOutputs(0, 0, List.of((MapOutput) written.result()));
            TaskSpec read = host.spec(
                    new TaskWork.RunAction(shuffled, new TestAction(), null), 0, Map.of(0, outputs), Map.of());

            assertThat(((TaskOutcome.Success) run(read).outcome()).result())
                    .isEqualTo(List.of(Map.entry("a", 1), Map.entry("b", 2)));
        }

        @Test
        void areDroppedIfTheAttemptIsKilledAfterItsCommit() throws Exception {
            TestLineage.Node shuffled = lineage.shuffle(lineage.source(Map.entry("a", 1)), 1, null);
            ShuffleDependency dependency =
                    (ShuffleDependency) shuffled.dependencies().get(0);
            TaskSpec spec = host.spec(new TaskWork.WriteShuffle(dependency));
            InProcessExecutor killing = new InProcessExecutor(
                    host.env(1, TestExecutor.threads(), new AfterCommit(host.shuffle, scope -> scope.kill("too late"))),
                    new EventGate(events::add));

            killing.launch(spec);

            assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("too late"));
            assertThat(host.shuffle.outputCount()).isZero();
            killing.close(Duration.ofSeconds(5));
        }

        @Test
        void areDroppedIfTheAttemptCannotBeClosed() throws Exception {
            LineageNode source = lineage.push(lineage.source(Map.entry("a", 1)), (down, inputs) -> {
                inputs.scope().onClose(() -> {
                    throw new IllegalStateException("cannot close");
                });
                return down;
            });
            TestLineage.Node shuffled = lineage.shuffle(source, 1, null);
            ShuffleDependency dependency =
                    (ShuffleDependency) shuffled.dependencies().get(0);

            assertThat(run(host.spec(new TaskWork.WriteShuffle(dependency))).outcome())
                    .isInstanceOf(TaskOutcome.Failed.class);

            assertThat(host.shuffle.outputCount()).isZero();
        }
    }

    @Nested
    class Slots {

        @Test
        void areStartedWhenNeededAndKeepTheirNumbers() throws Exception {
            assertThat(executor.slots()).isEqualTo(2);
            Set<Integer> slots = new HashSet<>();
            Set<Thread> threads = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                run(host.spec(lineage.source(1), new TestAction() {
                    @Override
                    public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                        threads.add(Thread.currentThread());
                        return Objects.requireNonNull(TaskContext.get()).slot();
                    }
                }));
            }
            threads.forEach(thread -> slots.add(1));

            assertThat(threads).hasSizeBetween(1, 2);
        }

        @Test
        void runAtMostSlotsAttemptsAtOnce() throws Exception {
            CountDownLatch bothRun = new CountDownLatch(2);
            AtomicInteger running = new AtomicInteger();
            for (int i = 0; i < 6; i++) {
                executor.launch(host.spec(lineage.source(1), work(() -> {
                    bothRun.countDown();
                    assertThat(bothRun.await(30, TimeUnit.SECONDS)).isTrue();
                    int now = running.incrementAndGet();
                    running.decrementAndGet();
                    return now;
                })));
            }
            for (int i = 0; i < 6; i++) {
                assertThat(ended().outcome())
                        .isInstanceOfSatisfying(
                                TaskOutcome.Success.class,
                                success -> assertThat((int) success.result()).isLessThanOrEqualTo(2));
            }
        }

        @Test
        void seeNoInterruptThatWasMeantForAnother() throws Exception {
            for (int i = 0; i < 4; i++) {
                outcomeOf(() -> {
                    Thread.currentThread().interrupt();
                    return null;
                });
            }
            for (int i = 0; i < 4; i++) {
                assertThat(outcomeOf(() -> Thread.currentThread().isInterrupted()))
                        .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
            }
        }

        @Test
        void thatCannotBeStartedFailTheAttempt() throws Exception {
            OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
            AtomicBoolean broken = new AtomicBoolean(true);
            InProcessExecutor other = executor(2, task -> {
                if (broken.get()) {
                    throw error;
                }
                return TestExecutor.threads().newThread(task);
            });

            other.launch(host.spec(lineage.source(1), new TestAction()));
            assertFailed(ended().outcome(), error);

            broken.set(false);
            other.launch(host.spec(lineage.source(1), new TestAction()));
            assertThat(ended().outcome()).isInstanceOf(TaskOutcome.Success.class);
            other.close(PATIENCE);
        }

        @Test
        void areAtLeastOne() {
            assertThatThrownBy(() -> executor(0, TestExecutor.threads())).hasMessage("slots must be >= 1, got 0");
        }
    }

    @Nested
    class Kills {

        @Test
        void stopARunningAttemptAtItsNextRecord() throws Exception {
            CountDownLatch running = new CountDownLatch(1);
            LineageNode endless = lineage.source(
                    1,
                    p -> IntStream.generate(() -> {
                                running.countDown();
                                return 1;
                            })
                            .iterator());
            TaskSpec spec = host.spec(lineage.filter(endless, n -> false), new TestAction());
            executor.launch(spec);
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

            executor.kill(spec.attemptId(), "enough", false);

            assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("enough"));
        }

        @Test
        void areHonouredBeforeTheAttemptStarts() throws Exception {
            CountDownLatch release = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
                executor.launch(host.spec(lineage.source(1), work(() -> release.await(30, TimeUnit.SECONDS))));
            }
            AtomicBoolean ran = new AtomicBoolean();
            TaskSpec spec = host.spec(lineage.source(1), work(() -> ran.getAndSet(true)));
            executor.launch(spec);

            executor.kill(spec.attemptId(), "never mind", false);
            release.countDown();

            List<TaskOutcome> outcomes = List.of(ended().outcome(), ended().outcome(), ended().outcome());
            assertThat(outcomes).contains(new TaskOutcome.Killed("never mind"));
            assertThat(ran).isFalse();
        }

        @Test
        void endWhatWaitsAtOnceHoweverBusyTheSlotsAre() throws Exception {
            CountDownLatch release = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
                executor.launch(host.spec(lineage.source(1), work(() -> release.await(30, TimeUnit.SECONDS))));
            }
            TaskSpec waiting = host.spec(lineage.source(1), work(() -> true));
            executor.launch(waiting);

            executor.kill(waiting.attemptId(), "never mind", false);

            assertThat(ended().attemptId()).isEqualTo(waiting.attemptId());
            release.countDown();
            ended();
            ended();
        }

        @Test
        void ofUnknownAndEndedAttemptsAreIgnored() throws Exception {
            TaskSpec spec = host.spec(lineage.source(1), new TestAction());
            run(spec);

            executor.kill(spec.attemptId(), "too late", false);
            executor.kill(4711, "nobody", false);

            assertThat(events).isEmpty();
        }

        @Test
        void reachAnActionThatAsksForEverythingAtOnce() throws Exception {
            CountDownLatch running = new CountDownLatch(1);
            LineageNode endless =
                    lineage.source(1, p -> IntStream.generate(() -> 1).iterator());
            TaskSpec spec = host.spec(endless, new TestAction() {
                @Override
                public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                    running.countDown();
                    return input.drive(new Discarding(), Integer.MAX_VALUE);
                }
            });
            executor.launch(spec);
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

            executor.kill(spec.attemptId(), "enough", false);

            assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("enough"));
        }
    }

    @Nested
    class Withdrawing {

        @Test
        void givesBackWhatWaitsAndLeavesTheRestAlone() throws Exception {
            CountDownLatch begun = new CountDownLatch(2);
            CountDownLatch release = new CountDownLatch(1);
            List<TaskSpec> busy = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                busy.add(host.spec(lineage.source(1), work(() -> {
                    begun.countDown();
                    return release.await(30, TimeUnit.SECONDS);
                })));
            }
            busy.forEach(executor::launch);
            AtomicBoolean ran = new AtomicBoolean();
            TaskSpec waiting = host.spec(lineage.source(1), work(() -> ran.getAndSet(true)));
            executor.launch(waiting);
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

            executor.withdraw(busy.get(0).attemptId());
            executor.withdraw(waiting.attemptId());
            executor.withdraw(waiting.attemptId());
            executor.withdraw(4711);

            assertThat(events)
                    .filteredOn(event -> !(event instanceof SchedulerEvent.AttemptStarted))
                    .containsExactly(new SchedulerEvent.AttemptWithdrawn(waiting.attemptId(), executor.id()));
            release.countDown();
            assertThat(ended().outcome()).isInstanceOf(TaskOutcome.Success.class);
            assertThat(ended().outcome()).isInstanceOf(TaskOutcome.Success.class);
            assertThat(ran).isFalse();
        }
    }

    @Nested
    class Closing {

        @Test
        void endsWhatRunsAndWhatWaits() throws Exception {
            CountDownLatch running = new CountDownLatch(2);
            for (int i = 0; i < 5; i++) {
                executor.launch(host.spec(lineage.source(1), work(() -> {
                    running.countDown();
                    new CountDownLatch(1).await(); // cooperative: an interrupt ends it
                    return null;
                })));
            }
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

            assertThat(executor.close(Duration.ofSeconds(5))).isEmpty();

            for (int i = 0; i < 5; i++) {
                assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("the context was closed"));
            }
        }

        @Test
        void reportsAThreadThatIgnoresInterruptsWithItsStack() throws Exception {
            AtomicBoolean stop = new AtomicBoolean();
            CountDownLatch running = new CountDownLatch(1);
            executor.launch(host.spec(lineage.source(1), work(() -> stubborn(running, stop))));
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

            List<String> left = executor.close(Duration.ofMillis(300)); // returns although the task goes on

            assertThat(left)
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).contains("favilla-test-slot", "stubborn(InProcessExecutorTest.java"));
            stop.set(true);
            assertThat(ended().outcome()).isInstanceOf(TaskOutcome.Killed.class);
        }

        @Test
        void fromATaskDoesNotWaitForThatTask() throws Exception {
            AtomicReference<List<String>> left = new AtomicReference<>();
            executor.launch(host.spec(lineage.source(1), work(() -> {
                left.set(executor.close(Duration.ofSeconds(30)));
                return "done";
            })));

            assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("the context was closed"));
            assertThat(left.get()).isEmpty();
        }

        @Test
        void byAnInterruptedCallerIsCompleteAndKeepsTheFlag() throws Exception {
            CountDownLatch running = new CountDownLatch(1);
            executor.launch(host.spec(lineage.source(1), work(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            })));
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
            Thread.currentThread().interrupt();

            assertThat(executor.close(Duration.ofSeconds(5))).isEmpty();

            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void meansThatLaterAttemptsAreKilledAtOnce() throws Exception {
            executor.close(Duration.ofSeconds(5));

            executor.launch(host.spec(lineage.source(1), new TestAction()));

            assertThat(ended().outcome()).isEqualTo(new TaskOutcome.Killed("the context was closed"));
        }

        @Test
        void givesBackBlocksAndMapOutputs() throws Exception {
            TestLineage.Node shuffled = lineage.shuffle(lineage.source(Map.entry("a", 1)), 1, null);
            ShuffleDependency dependency =
                    (ShuffleDependency) shuffled.dependencies().get(0);
            run(host.spec(new TaskWork.WriteShuffle(dependency)));
            assertThat(host.shuffle.outputCount()).isOne();

            executor.close(Duration.ofSeconds(5));

            assertThat(host.shuffle.outputCount()).isZero();
        }

        @Test
        void closesEvenWithALimitlessDeadline() {
            assertThat(executor.close(Duration.ofSeconds(Long.MAX_VALUE))).isEmpty();
        }
    }

    private InProcessExecutor executor(int slots, ThreadFactory threads) {
        return new InProcessExecutor(host.env(slots, threads, host.shuffle), new EventGate(events::add));
    }

    private SchedulerEvent.AttemptEnded run(TaskSpec spec) throws InterruptedException {
        executor.launch(spec);
        return ended();
    }

    private TaskOutcome outcomeOf(RunningTask.Body<?> body) throws InterruptedException {
        return run(host.spec(lineage.source(1), work(body))).outcome();
    }

    private static TestAction work(RunningTask.Body<?> body) {
        return new TestAction() {
            @Override
            public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                return body.run();
            }
        };
    }

    /** Returns the next end, skipping starts. */
    private SchedulerEvent.AttemptEnded ended() throws InterruptedException {
        List<SchedulerEvent> seen = new ArrayList<>();
        while (true) {
            SchedulerEvent event = events.poll(30, TimeUnit.SECONDS);
            seen.add(event);
            assertThat(event).as("events so far: %s", seen).isNotNull();
            if (event instanceof SchedulerEvent.AttemptEnded ended) {
                return ended;
            }
        }
    }

    private static MapOutput output(int mapPartition, long attemptId) {
        return new MapOutput(mapPartition, attemptId, new ExecutorId("other", 3), 0, 0, BlockSizes.of(new long[] {1}));
    }

    private static void assertFailed(TaskOutcome outcome, Throwable error) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.error().thrown()).containsSame(error));
    }

    private static Object throwAny(Throwable error) throws Exception {
        if (error instanceof Error e) {
            throw e;
        }
        throw (Exception) error;
    }

    private static int bottomless(int depth) {
        return depth + bottomless(depth + 1) % 7;
    }

    private static Object stubborn(CountDownLatch running, AtomicBoolean stop) {
        running.countDown();
        while (!stop.get()) {
            LockSupport.parkNanos(1_000_000);
            Thread.interrupted();
        }
        return "stopped at last";
    }

    private static LeakProbe probe(String name, java.util.function.LongSupplier measure) {
        return new LeakProbe() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long measure() {
                return measure.getAsLong();
            }
        };
    }

    /** Counts. */
    private static class Count extends Accumulator<Integer> {

        int value;

        Count(long id) {
            super(new ContextId(1), id);
        }

        @Override
        protected Accumulator<Integer> zero() {
            return new Count(id());
        }

        @Override
        protected Integer partial() {
            return value;
        }

        @Override
        protected void merge(Integer partial) {
            value += partial;
        }
    }
}
