package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobReport.StageReport;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JobsTest {

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);

    @Test
    void resultsComeInTheOrderAskedForHoweverTasksEnd() {
        Rig rig = Rig.with(3);
        int job = rig.submit(SimNode.source(0, 3), List.of(2, 0, 1), SimAction.COLLECT);

        rig.succeed(rig.result(job, 1));
        rig.succeed(rig.result(job, 0));
        rig.succeed(rig.result(job, 2));

        JobOutcome.Staged outcome = (JobOutcome.Staged) rig.outcome(job);
        assertThat(outcome.staged()).containsExactly("result 2", "result 0", "result 1");
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void aChildStartsWhenAllMapOutputsAreThere() { // behaviour 187
        Rig rig = Rig.with(4);
        int job = rig.collect(reduced);

        rig.succeed(rig.map(0, 0));
        assertThat(rig.running()).containsExactly(rig.map(0, 1));
        rig.succeed(rig.map(0, 1));

        assertThat(rig.result(job, 0).inputs().get(0).outputs()).hasSize(2);
        assertThat(rig.result(job, 0).generations()).containsEntry(0, 0L);
    }

    @Test
    void aFinishedMapStageIsUsedAgain() { // behaviours 169, 201
        Rig rig = Rig.with(4);
        rig.collect(reduced);
        rig.succeedAll();

        int second = rig.collect(reduced);
        rig.succeedAll();

        assertThat(rig.launchesOf(0)).isEqualTo(2);
        assertThat(rig.outcome(second).report().stages())
                .extracting(StageReport::attempts)
                .containsExactly(0, 2);
        assertThat(rig.outcome(second).report().stagesRun()).isEqualTo(1);
    }

    @Test
    void aJobOverNoPartitionsEndsAtOnceWithBothEvents() { // behaviour 174
        Rig rig = new Rig();

        int job = rig.submit(reduced, List.of(), SimAction.COLLECT);

        assertThat(((JobOutcome.Staged) rig.outcome(job)).staged()).isEmpty();
        assertThat(rig.published(EngineEvent.JobStarted.class)).hasSize(1);
        assertThat(rig.published(EngineEvent.JobEnded.class)).hasSize(1);
        assertThat(rig.published(EngineEvent.StageSubmitted.class)).isEmpty();
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void theReportCountsWhatTheJobDid() {
        Rig rig = Rig.with(4);
        int job = rig.collect(reduced);
        rig.fail(rig.map(0, 1));
        rig.clock.advance(Duration.ofSeconds(5));
        rig.succeedAll();

        assertThat(rig.outcome(job).report().duration()).isEqualTo(Duration.ofSeconds(5));
        StageReport map = rig.outcome(job).report().stages().get(0);
        assertThat(map.attempts()).isEqualTo(3);
        assertThat(map.failures()).isEqualTo(1);
        assertThat(map.reruns()).isZero();
        assertThat(map.name()).isEqualTo("step0 at Sim.java:0");
    }

    @Nested
    class Accumulators {

        @Test
        void ofResultTasksAreAppliedOnceInOrderBeforeTheEnd() {
            Rig rig = Rig.with(2);
            int job = rig.collect(SimNode.source(0, 2));

            rig.succeed(rig.result(job, 1));
            assertThat(rig.all(SchedulerCommand.ApplyAccumulators.class)).isEmpty();
            rig.succeed(rig.result(job, 0));

            assertThat(rig.all(SchedulerCommand.ApplyAccumulators.class))
                    .containsExactly(new SchedulerCommand.ApplyAccumulators(
                            List.of(new AccumulatorUpdate(0, "partition 0"), new AccumulatorUpdate(0, "partition 1"))));
            List<Class<?>> order =
                    rig.said.stream().<Class<?>>map(Object::getClass).toList();
            assertThat(order.indexOf(SchedulerCommand.ApplyAccumulators.class))
                    .isLessThan(order.indexOf(SchedulerCommand.EndJob.class));
        }

        @Test
        void ofMapTasksAreAppliedWithEachAcceptedOutputBeforeItsEndIsTold() { // behaviour 283
            Rig rig = Rig.with(2);
            rig.collect(reduced);
            rig.start(rig.map(0, 1));

            List<SchedulerCommand> commands = rig.end(rig.map(0, 1), rig.success(rig.map(0, 1), 1, List.of()));

            assertThat(commands.get(0)).isInstanceOf(SchedulerCommand.ApplyAccumulators.class);
            assertThat(commands.get(1)).isInstanceOf(SchedulerCommand.Publish.class);
        }

        @Test
        void ofAFailedJobAreDropped() { // behaviour 281
            Rig rig = Rig.with(2);
            int job = rig.collect(SimNode.source(0, 2));
            rig.succeed(rig.result(job, 0));

            rig.cancel(job);

            assertThat(rig.all(SchedulerCommand.ApplyAccumulators.class)).isEmpty();
        }
    }

    @Nested
    class Cancelling {

        @Test
        void killsWhatRunsAndAbsorbsItsEnd() { // behaviours 177, 255, 258
            Rig rig = Rig.with(1);
            int job = rig.collect(reduced);
            TaskSpec task = rig.map(0, 0);

            rig.cancel(job);

            assertThat(((JobOutcome.Cancelled) rig.outcome(job)).reason()).isEqualTo("no longer wanted");
            assertThat(rig.all(SchedulerCommand.Kill.class))
                    .extracting(SchedulerCommand.Kill::attemptId)
                    .containsExactly(task.attemptId());
            assertThat(rig.tables().attempts()).isEqualTo(1);
            rig.end(task, new TaskOutcome.Killed("asked to"));
            assertThat(rig.tables().isIdle()).isTrue();
        }

        @Test
        void dropsAMapOutputThatComesLate() {
            Rig rig = Rig.with(1);
            int job = rig.collect(reduced);
            TaskSpec task = rig.map(0, 0);
            rig.cancel(job);

            rig.succeed(task);

            assertThat(rig.all(SchedulerCommand.DropMapOutput.class))
                    .containsExactly(new SchedulerCommand.DropMapOutput(rig.executorOf(task), 0, 0, task.attemptId()));
            assertThat(rig.tracker.missing(0).cardinality()).isEqualTo(2);
        }

        @Test
        void ofOneOfTwoJobsLeavesTheSharedStageRunningForTheOther() { // behaviour 192
            Rig rig = Rig.with(1);
            int first = rig.collect(reduced);
            int second = rig.collect(reduced);
            assertThat(rig.tables().stages()).isEqualTo(3);

            rig.cancel(first);
            assertThat(rig.all(SchedulerCommand.Kill.class)).isEmpty();
            rig.succeed(rig.map(0, 0));

            assertThat(rig.map(0, 1).jobId()).isEqualTo(second);
            rig.succeedAll();
            assertThat(rig.outcome(second)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(rig.launchesOf(0)).isEqualTo(2);
        }

        @Test
        void ofAnEndedJobIsIgnored() { // behaviour 211
            Rig rig = Rig.with(1);
            int job = rig.collect(SimNode.source(0, 1));
            rig.succeedAll();

            rig.cancel(job);

            assertThat(rig.all(SchedulerCommand.EndJob.class)).hasSize(1);
        }
    }

    @Nested
    class Queue {

        @Test
        void servesTheEarlierJobFirst() {
            Rig rig = Rig.with(1);
            int first = rig.collect(SimNode.source(0, 2));
            int second = rig.collect(SimNode.source(1, 1));

            rig.succeed(rig.running().get(0));
            assertThat(rig.running().get(0).jobId()).isEqualTo(first);
            rig.succeed(rig.running().get(0));

            assertThat(rig.running().get(0).jobId()).isEqualTo(second);
        }

        @Test
        void fillsExecutorsEvenly() { // behaviours 214, 267
            Rig rig = new Rig();
            rig.addExecutor(2);
            rig.addExecutor(2);

            int job = rig.collect(SimNode.source(0, 2));

            assertThat(rig.executorOf(rig.result(job, 0))).isNotEqualTo(rig.executorOf(rig.result(job, 1)));
        }

        @Test
        void waitsForAnExecutor() {
            Rig rig = new Rig();
            int job = rig.collect(SimNode.source(0, 1));
            assertThat(rig.running()).isEmpty();

            rig.addExecutor(1);

            assertThat(rig.running()).containsExactly(rig.result(job, 0));
        }
    }

    @Nested
    class Merging {

        @Test
        void runsInASlotAfterAllPartitions() {
            Rig rig = Rig.with(1);
            int job = rig.submit(SimNode.source(0, 2), SimAction.REDUCE);
            rig.succeed(rig.result(job, 0));
            rig.succeed(rig.result(job, 1));
            assertThat(rig.hasEnded(job)).isFalse();

            rig.succeedAll();

            assertThat(((JobOutcome.Merged) rig.outcome(job)).result()).isEqualTo("merged [result 0, result 1]");
            assertThat(rig.outcome(job).report().stages())
                    .extracting(StageReport::attempts, StageReport::merges)
                    .containsExactly(tuple(2, 1));
        }

        @Test
        void alsoHappensForNoPartitions() {
            Rig rig = Rig.with(1);
            int job = rig.submit(SimNode.source(0, 2), List.of(), SimAction.REDUCE);

            rig.succeedAll();

            assertThat(((JobOutcome.Merged) rig.outcome(job)).result()).isEqualTo("merged []");
        }

        @Test
        void isRetriedAndItsFailureNamesTheAction() {
            Rig rig = Rig.with(1);
            int job = rig.submit(SimNode.source(0, 1), SimAction.REDUCE);
            rig.succeed(rig.result(job, 0));

            for (int i = 0; i < Rig.POLICY.maxTaskFailures(); i++) {
                rig.fail(rig.running().get(0));
            }

            JobFailure failure = ((JobOutcome.Failed) rig.outcome(job)).failure();
            assertThat(failure.describe()).contains("merge of reduce", "3 times");
            assertThat(rig.tables().isIdle()).isTrue();
        }

        @Test
        void survivesTheLossOfItsExecutor() {
            Rig rig = Rig.with(1);
            int job = rig.submit(reduced, SimAction.REDUCE);
            rig.succeed(rig.map(0, 0));
            rig.succeed(rig.map(0, 1));
            rig.succeed(rig.result(job, 0));
            rig.succeed(rig.result(job, 1));

            rig.lose(rig.executorOf(rig.running().get(0)));
            rig.addExecutor(1);
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Merged.class);
            assertThat(rig.launchesOf(0)).isEqualTo(2);
        }
    }

    @Nested
    class Stopping {

        @Test
        void endsAllJobsAndRefusesNewOnes() {
            Rig rig = Rig.with(1);
            int running = rig.collect(reduced);
            rig.tell(new SchedulerEvent.Stopped("close() was called"));
            int late = rig.collect(reduced);

            for (int job : List.of(running, late)) {
                assertThat(((JobOutcome.Failed) rig.outcome(job)).failure().describe())
                        .contains("closed", "close() was called");
            }
            assertThat(rig.tables().jobs()).isZero();
            assertThat(rig.all(SchedulerCommand.Kill.class)).hasSize(1);
        }
    }

    @Nested
    class Shuffles {

        @Test
        void areDroppedWhenUnreachable() {
            Rig rig = Rig.with(2);
            rig.collect(reduced);
            rig.succeedAll();

            rig.tell(new SchedulerEvent.ShuffleUnreachable(0));
            rig.tell(new SchedulerEvent.ShuffleUnreachable(0));

            assertThat(rig.all(SchedulerCommand.DropShuffle.class)).hasSize(1);
            assertThat(rig.tables().shuffles()).isZero();
        }

        @Test
        void inUseAreDroppedWhenTheLastJobEnds() {
            Rig rig = Rig.with(2);
            int first = rig.collect(reduced);
            rig.collect(reduced);

            rig.tell(new SchedulerEvent.ShuffleUnreachable(0));
            rig.cancel(first);
            assertThat(rig.all(SchedulerCommand.DropShuffle.class)).isEmpty();
            rig.succeedAll();

            assertThat(rig.all(SchedulerCommand.DropShuffle.class)).hasSize(1);
        }
    }
}
