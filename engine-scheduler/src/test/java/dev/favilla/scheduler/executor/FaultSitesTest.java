package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every site of an attempt, and what happens when a test kit steps in there. */
class FaultSitesTest {

    private final List<FaultPoint> reached = Collections.synchronizedList(new ArrayList<>());
    private FaultInjector next = point -> {};
    private final ExecutorHarness harness = new ExecutorHarness(1, this::reach);
    private final LineageNode source = harness.lineage.source(
            1, p -> IntStream.range(0, 100).mapToObj(i -> Map.entry("k" + i, i)).iterator());
    private final TestLineage.Node shuffled = harness.lineage.shuffle(source, 1, null);
    private final ShuffleDependency dependency =
            (ShuffleDependency) shuffled.dependencies().get(0);

    private void reach(FaultPoint point) throws Exception {
        reached.add(point);
        next.reach(point);
    }

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void aMapTaskReachesThemInOrder() throws Exception {
        harness.run(mapTask());

        assertThat(reached)
                .extracting(FaultPoint::site)
                .containsExactly(
                        FaultSite.TASK_START,
                        FaultSite.CACHE_READ,
                        FaultSite.SOURCE_OPEN,
                        FaultSite.RECORDS,
                        FaultSite.RECORDS,
                        FaultSite.RECORDS,
                        FaultSite.TASK_END,
                        FaultSite.OUTPUT_COMMITTED,
                        FaultSite.RESULT);
        assertThat(reached.get(7))
                .isEqualTo(new FaultPoint(
                        FaultSite.OUTPUT_COMMITTED, 2, 0, 0, 0, 0, TestExecutor.ID.toString(), "shuffle_0_0"));
    }

    @Test
    void aResultTaskReachesThemInOrder() throws Exception {
        harness.run(readTask());
        reached.clear();

        harness.run(harness.host.spec(harness.lineage.source(1, 2), new TestAction()));

        assertThat(reached)
                .extracting(FaultPoint::site)
                .containsExactly(
                        FaultSite.TASK_START,
                        FaultSite.SOURCE_OPEN,
                        FaultSite.RECORDS,
                        FaultSite.TASK_END,
                        FaultSite.RESULT);
    }

    @ParameterizedTest
    @EnumSource(names = {"TASK_START", "SOURCE_OPEN", "RECORDS", "TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void whatIsThrownThereFailsTheAttemptAndLeavesNothing(FaultSite site) throws Exception {
        IllegalStateException error = new IllegalStateException("injected");
        next = at(site, () -> {
            throw error;
        });

        TaskOutcome outcome = harness.run(mapTask()).outcome();

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.error().thrown()).containsSame(error));
        assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"TASK_START", "CACHE_READ", "SOURCE_OPEN", "RECORDS", "TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void aKillThereIsReportedAsAKillAndLeavesNothing(FaultSite site) throws Exception {
        TaskSpec spec = mapTask();
        next = at(site, () -> harness.executor.kill(spec.attemptId(), "at " + site, false));

        assertThat(harness.run(spec).outcome()).isEqualTo(new TaskOutcome.Killed("at " + site));

        assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"TASK_START", "CACHE_READ", "SOURCE_OPEN", "RECORDS", "TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void aKillThatInterruptsIsReportedAsAKillEvenIfItSurfacesAsAnError(FaultSite site) throws Exception {
        TaskSpec spec = mapTask();
        next = at(site, () -> {
            harness.executor.kill(spec.attemptId(), "at " + site, true);
            new CountDownLatch(1).await(); // throws, for the flag is up
        });

        assertThat(harness.run(spec).outcome()).isEqualTo(new TaskOutcome.Killed("at " + site));

        assertNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(names = {"TASK_START", "FETCH", "RECORDS", "TASK_END", "RESULT"})
    void aKillDuringAReadIsReportedAsAKill(FaultSite site) throws Exception {
        TaskSpec spec = readTask();
        next = at(site, () -> harness.executor.kill(spec.attemptId(), "at " + site, false));

        assertThat(harness.run(spec).outcome()).isEqualTo(new TaskOutcome.Killed("at " + site));

        assertThat(harness.host.blocks.blockCount()).isZero();
    }

    @Test
    void whatIsThrownAtAFetchIsALostInput() throws Exception {
        TaskSpec spec = readTask();
        next = at(FaultSite.FETCH, () -> {
            throw new IllegalStateException("injected");
        });

        assertThat(harness.run(spec).outcome()).isInstanceOf(TaskOutcome.FetchFailed.class);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"TASK_START", "CACHE_READ", "SOURCE_OPEN", "RECORDS", "TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void anExecutorLostThereSaysNothingAnyMoreAndLeavesNothing(FaultSite site) throws Exception {
        next = at(site, () -> harness.executor.abandon("died at " + site));

        harness.executor.launch(mapTask());
        harness.next(SchedulerEvent.AttemptStarted.class);
        ExecutorHarness.join(harness.threads.get(0));

        assertThat(harness.events).isEmpty();
        assertNothingLeft();
    }

    @Test
    void withoutAnybodySteppingInMetricsTellTimeAndSize() throws Exception {
        LineageNode node = harness.lineage.source(1, 2);
        TaskSpec spec = harness.host.spec(node, new TestAction() {
            @Override
            public Object run(dev.favilla.lineage.Cursor input, TaskScope scope) throws Exception {
                harness.host.clock.advance(java.time.Duration.ofMillis(5));
                return super.run(input, scope);
            }

            @Override
            public long resultBytes(Object staged) {
                return 42;
            }
        });

        SchedulerEvent.AttemptEnded ended = harness.run(spec);

        assertThat(ended.metrics().get(Metric.RUN_NANOS)).isEqualTo(5_000_000);
        assertThat(ended.metrics().get(Metric.RESULT_BYTES)).isEqualTo(42);
        assertThat(((TaskOutcome.Success) ended.outcome()).resultBytes()).isEqualTo(42);
    }

    private void assertNothingLeft() {
        assertThat(harness.host.shuffle.outputCount()).isZero();
        assertThat(harness.host.blocks.blockCount()).isZero();
        assertThat(harness.bytesHeld()).isZero();
    }

    private TaskSpec mapTask() {
        return harness.host.spec(
                new TaskWork.WriteShuffle(dependency), 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY));
    }

    /** Reads what a map task has left, and would cache it. */
    private TaskSpec readTask() throws InterruptedException {
        TaskOutcome.Success written =
                (TaskOutcome.Success) harness.run(harness.host.spec(new TaskWork.WriteShuffle(dependency)))
                        .outcome();
        MapOutputs outputs = new MapOutputs(0, 0, List.of((MapOutput) written.result()));
        return harness.host.spec(
                new TaskWork.RunAction(shuffled, new TestAction(), null),
                0,
                Map.of(0, outputs),
                Map.of(shuffled.id(), StorageLevel.MEMORY_ONLY));
    }

    private static FaultInjector at(FaultSite site, Step step) {
        return point -> {
            if (point.site() == site) {
                step.run();
            }
        };
    }

    private interface Step {

        void run() throws Exception;
    }
}
