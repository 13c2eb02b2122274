package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.JobReport.StageReport;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JobsTest {

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);

    @Test
    void resultsComeInTheOrderAskedForHoweverTasksEnd() {
        SchedulerHarness harness = SchedulerHarness.with(3);
        int job = harness.submit(SimNode.source(0, 3), List.of(2, 0, 1), SimAction.COLLECT);

        harness.succeed(harness.result(job, 1));
        harness.succeed(harness.result(job, 0));
        harness.succeed(harness.result(job, 2));

        JobOutcome.Staged outcome = (JobOutcome.Staged) harness.outcome(job);
        assertThat(outcome.staged()).containsExactly("result 2", "result 0", "result 1");
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void aChildStartsWhenAllMapOutputsAreThere() {
        SchedulerHarness harness = SchedulerHarness.with(4);
        int job = harness.collect(reduced);

        harness.succeed(harness.map(0, 0));
        assertThat(harness.running()).containsExactly(harness.map(0, 1));
        harness.succeed(harness.map(0, 1));

        assertThat(harness.result(job, 0).inputs().get(0).outputs()).hasSize(2);
        assertThat(harness.result(job, 0).generations()).containsEntry(0, 0L);
    }

    @Test
    void aFinishedMapStageIsUsedAgain() {
        SchedulerHarness harness = SchedulerHarness.with(4);
        harness.collect(reduced);
        harness.succeedAll();

        int second = harness.collect(reduced);
        harness.succeedAll();

        assertThat(harness.launchesOf(0)).isEqualTo(2);
        assertThat(harness.outcome(second).report().stages())
                .extracting(StageReport::attempts)
                .containsExactly(0, 2);
        assertThat(harness.outcome(second).report().stagesRun()).isEqualTo(1);
    }

    @Test
    void aJobOverNoPartitionsEndsAtOnceWithBothEvents() {
        SchedulerHarness harness = new SchedulerHarness();

        int job = harness.submit(reduced, List.of(), SimAction.COLLECT);

        assertThat(((JobOutcome.Staged) harness.outcome(job)).staged()).isEmpty();
        assertThat(harness.published(EngineEvent.JobStarted.class)).hasSize(1);
        assertThat(harness.published(EngineEvent.JobEnded.class)).hasSize(1);
        assertThat(harness.published(EngineEvent.StageSubmitted.class)).isEmpty();
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void theReportCountsWhatTheJobDid() {
        SchedulerHarness harness = SchedulerHarness.with(4);
        int job = harness.collect(reduced);
        harness.fail(harness.map(0, 1));
        harness.clock.advance(Duration.ofSeconds(5));
        harness.succeedAll();

        assertThat(harness.outcome(job).report().duration()).isEqualTo(Duration.ofSeconds(5));
        StageReport map = harness.outcome(job).report().stages().get(0);
        assertThat(map.attempts()).isEqualTo(3);
        assertThat(map.failures()).isEqualTo(1);
        assertThat(map.reruns()).isZero();
        assertThat(map.name()).isEqualTo("step0 at Sim.java:0");
    }

    @Nested
    class Accumulators {

        @Test
        void ofResultTasksAreAppliedOnceInOrderBeforeTheEnd() {
            SchedulerHarness harness = SchedulerHarness.with(2);
            int job = harness.collect(SimNode.source(0, 2));

            harness.succeed(harness.result(job, 1));
            assertThat(harness.all(SchedulerCommand.ApplyAccumulators.class)).isEmpty();
            harness.succeed(harness.result(job, 0));

            assertThat(harness.all(SchedulerCommand.ApplyAccumulators.class))
                    .containsExactly(new SchedulerCommand.ApplyAccumulators(
                            List.of(new AccumulatorUpdate(0, "partition 0"), new AccumulatorUpdate(0, "partition 1"))));
            List<Class<?>> order =
                    harness.said.stream().<Class<?>>map(Object::getClass).toList();
            assertThat(order.indexOf(SchedulerCommand.ApplyAccumulators.class))
                    .isLessThan(order.indexOf(SchedulerCommand.EndJob.class));
        }

        @Test
        void ofMapTasksAreAppliedWithEachAcceptedOutputBeforeItsEndIsTold() {
            SchedulerHarness harness = SchedulerHarness.with(2);
            harness.collect(reduced);
            harness.start(harness.map(0, 1));

            List<SchedulerCommand> commands =
                    harness.end(harness.map(0, 1), harness.success(harness.map(0, 1), 1, List.of()));

            assertThat(commands.get(0)).isInstanceOf(SchedulerCommand.ApplyAccumulators.class);
            assertThat(commands.get(1)).isInstanceOf(SchedulerCommand.Publish.class);
        }

        @Test
        void ofAFailedJobAreDropped() {
            SchedulerHarness harness = SchedulerHarness.with(2);
            int job = harness.collect(SimNode.source(0, 2));
            harness.succeed(harness.result(job, 0));

            harness.cancel(job);

            assertThat(harness.all(SchedulerCommand.ApplyAccumulators.class)).isEmpty();
        }
    }

    @Nested
    class Cancelling {

        @Test
        void killsWhatRunsAndAbsorbsItsEnd() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.collect(reduced);
            TaskSpec task = harness.map(0, 0);

            harness.cancel(job);

            assertThat(((JobOutcome.Cancelled) harness.outcome(job)).reason()).isEqualTo("no longer wanted");
            assertThat(harness.all(SchedulerCommand.Kill.class))
                    .extracting(SchedulerCommand.Kill::attemptId)
                    .containsExactly(task.attemptId());
            assertThat(harness.tables().attempts()).isEqualTo(1);
            harness.end(task, new TaskOutcome.Killed("asked to"));
            assertThat(harness.tables().isIdle()).isTrue();
        }

        @Test
        void dropsAMapOutputThatComesLate() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.collect(reduced);
            TaskSpec task = harness.map(0, 0);
            harness.cancel(job);

            harness.succeed(task);

            assertThat(harness.all(SchedulerCommand.DropMapOutput.class))
                    .containsExactly(
                            new SchedulerCommand.DropMapOutput(harness.executorOf(task), 0, 0, task.attemptId()));
            assertThat(harness.tracker.missing(0).cardinality()).isEqualTo(2);
        }

        @Test
        void ofOneOfTwoJobsLeavesTheSharedStageRunningForTheOther() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int first = harness.collect(reduced);
            int second = harness.collect(reduced);
            assertThat(harness.tables().stages()).isEqualTo(3);

            harness.cancel(first);
            assertThat(harness.all(SchedulerCommand.Kill.class)).isEmpty();
            harness.succeed(harness.map(0, 0));

            assertThat(harness.map(0, 1).jobId()).isEqualTo(second);
            harness.succeedAll();
            assertThat(harness.outcome(second)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(harness.launchesOf(0)).isEqualTo(2);
        }

        @Test
        void ofAnEndedJobIsIgnored() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.collect(SimNode.source(0, 1));
            harness.succeedAll();

            harness.cancel(job);

            assertThat(harness.all(SchedulerCommand.EndJob.class)).hasSize(1);
        }
    }

    @Nested
    class Queue {

        @Test
        void servesTheEarlierJobFirst() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int first = harness.collect(SimNode.source(0, 2));
            int second = harness.collect(SimNode.source(1, 1));

            harness.succeed(harness.running().get(0));
            assertThat(harness.running().get(0).jobId()).isEqualTo(first);
            harness.succeed(harness.running().get(0));

            assertThat(harness.running().get(0).jobId()).isEqualTo(second);
        }

        @Test
        void fillsExecutorsEvenly() {
            SchedulerHarness harness = new SchedulerHarness();
            harness.addExecutor(2);
            harness.addExecutor(2);

            int job = harness.collect(SimNode.source(0, 2));

            assertThat(harness.executorOf(harness.result(job, 0)))
                    .isNotEqualTo(harness.executorOf(harness.result(job, 1)));
        }

        @Test
        void waitsForAnExecutor() {
            SchedulerHarness harness = new SchedulerHarness();
            int job = harness.collect(SimNode.source(0, 1));
            assertThat(harness.running()).isEmpty();

            harness.addExecutor(1);

            assertThat(harness.running()).containsExactly(harness.result(job, 0));
        }
    }

    @Nested
    class Merging {

        @Test
        void runsInASlotAfterAllPartitions() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.submit(SimNode.source(0, 2), SimAction.REDUCE);
            harness.succeed(harness.result(job, 0));
            harness.succeed(harness.result(job, 1));
            assertThat(harness.hasEnded(job)).isFalse();

            harness.succeedAll();

            assertThat(((JobOutcome.Merged) harness.outcome(job)).result()).isEqualTo("merged [result 0, result 1]");
            assertThat(harness.outcome(job).report().stages())
                    .extracting(StageReport::attempts, StageReport::merges)
                    .containsExactly(tuple(2, 1));
        }

        @Test
        void alsoHappensForNoPartitions() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.submit(SimNode.source(0, 2), List.of(), SimAction.REDUCE);

            harness.succeedAll();

            assertThat(((JobOutcome.Merged) harness.outcome(job)).result()).isEqualTo("merged []");
        }

        @Test
        void isRetriedAndItsFailureNamesTheAction() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.submit(SimNode.source(0, 1), SimAction.REDUCE);
            harness.succeed(harness.result(job, 0));

            for (int i = 0; i < SchedulerHarness.POLICY.maxTaskFailures(); i++) {
                harness.fail(harness.running().get(0));
            }

            JobFailure failure = ((JobOutcome.Failed) harness.outcome(job)).failure();
            assertThat(failure.describe()).contains("merge of reduce", "3 times");
            assertThat(harness.tables().isIdle()).isTrue();
        }

        @Test
        void survivesTheLossOfItsExecutor() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.submit(reduced, SimAction.REDUCE);
            harness.succeed(harness.map(0, 0));
            harness.succeed(harness.map(0, 1));
            harness.succeed(harness.result(job, 0));
            harness.succeed(harness.result(job, 1));

            harness.lose(harness.executorOf(harness.running().get(0)));
            harness.addExecutor(1);
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Merged.class);
            assertThat(harness.launchesOf(0)).isEqualTo(2);
        }
    }

    @Nested
    class Stopping {

        @Test
        void endsAllJobsAndRefusesNewOnes() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int running = harness.collect(reduced);
            harness.tell(new SchedulerEvent.Stopped("close() was called"));
            int late = harness.collect(reduced);

            for (int job : List.of(running, late)) {
                assertThat(((JobOutcome.Failed) harness.outcome(job)).failure().describe())
                        .contains("closed", "close() was called");
            }
            assertThat(harness.tables().jobs()).isZero();
            assertThat(harness.all(SchedulerCommand.Kill.class)).hasSize(1);
        }
    }

    @Nested
    class ShuffleRegistry {

        @Test
        void areDroppedWhenUnreachable() {
            SchedulerHarness harness = SchedulerHarness.with(2);
            harness.collect(reduced);
            harness.succeedAll();

            harness.tell(new SchedulerEvent.ShuffleUnreachable(0));
            harness.tell(new SchedulerEvent.ShuffleUnreachable(0));

            assertThat(harness.all(SchedulerCommand.DropShuffle.class)).hasSize(1);
            assertThat(harness.tables().shuffles()).isZero();
        }

        @Test
        void inUseAreDroppedWhenTheLastJobEnds() {
            SchedulerHarness harness = SchedulerHarness.with(2);
            int first = harness.collect(reduced);
            harness.collect(reduced);

            harness.tell(new SchedulerEvent.ShuffleUnreachable(0));
            harness.cancel(first);
            assertThat(harness.all(SchedulerCommand.DropShuffle.class)).isEmpty();
            harness.succeedAll();

            assertThat(harness.all(SchedulerCommand.DropShuffle.class)).hasSize(1);
        }
    }
}
