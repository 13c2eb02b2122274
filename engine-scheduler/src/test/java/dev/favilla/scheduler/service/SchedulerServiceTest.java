package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.executor.TestAction;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.status.JobReport;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.storage.BlockId;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The service around a state machine that does as the test says. */
class SchedulerServiceTest {

    private static final ExecutorId ID = new ExecutorId("fake", 7);

    private final List<SchedulerEvent> told = Collections.synchronizedList(new ArrayList<>());
    private final List<String> performed = Collections.synchronizedList(new ArrayList<>());
    private final ManualClock clock = new ManualClock();
    private final TestLineage lineage = new TestLineage();
    private final LineageNode node = lineage.source(1, 2);
    private final ListenerBus bus = new ListenerBus(ServiceHarness.threads(), 10);

    private Function<SchedulerEvent, List<SchedulerCommand>> answers = event -> List.of();
    private RuntimeException launchError;
    private RuntimeException statusError;
    private RuntimeException dropError;
    private int machines;
    private int failingStarts;
    private long nextIncarnation = 100;
    private Mailbox post;

    private final SchedulerService service = new SchedulerService(
            bus,
            observed -> new Scripted(),
            List.<ExecutorMaker>of(this::executor),
            new SchedulerService.Parts(
                    new AccumulatorRegistry(new KryoSerializer(List.of())),
                    clock,
                    ServiceHarness.threads(),
                    10,
                    null,
                    null,
                    this::replacement));

    @AfterEach
    void close() {
        service.close(Duration.ofSeconds(5));
    }

    @Test
    void offersItsExecutorsFirst() {
        assertThat(told).containsExactly(new SchedulerEvent.ExecutorAdded(ID, 3));
    }

    @Test
    void jobsAreNumberedFromZeroAndCutIntoStagesByTheCaller() {
        JobHandle first = submit();
        JobHandle second = submit();

        assertThat(first.jobId()).isZero();
        assertThat(second.jobId()).isOne();
        assertThat(told.get(1))
                .isInstanceOfSatisfying(
                        SchedulerEvent.JobSubmitted.class,
                        submitted -> assertThat(submitted.stages().stages()).hasSize(1));
    }

    @Test
    void errorsOfThePartitionsReachTheCallerDirectly() {
        IllegalStateException error = new IllegalStateException("no such directory");
        LineageNode broken = lineage.node(1, List.of(), p -> {
            throw error;
        });
        LineageNode unlisted = new Unlisted(broken, error);

        assertThatThrownBy(() -> service.submit(ServiceHarness.request(unlisted, new TestAction())))
                .isSameAs(error);

        assertThat(submit().jobId()).isZero();
    }

    @Test
    void commandsArePerformedInOrderAndAllOfThem() {
        TaskSpec task = task(5);
        answers = event -> List.of(
                new SchedulerCommand.Launch(ID, task),
                new SchedulerCommand.Kill(ID, 5, "why not", true),
                new SchedulerCommand.DropMapOutput(ID, 1, 2, 3),
                new SchedulerCommand.DropShuffle(4),
                new SchedulerCommand.DropBlocks(6),
                new SchedulerCommand.DropBlock(ID, new BlockId(6, 1)),
                new SchedulerCommand.AnswerCommit(ID, 5, true),
                new SchedulerCommand.ReplaceSlot(ID, 5),
                new SchedulerCommand.Kill(new ExecutorId("gone", 1), 5, "nobody hears", false));

        unpersist(6);

        assertThat(performed)
                .containsExactly(
                        "launch 5",
                        "interrupt 5 why not",
                        "drop output 1 2 3",
                        "drop shuffle 4",
                        "drop blocks 6",
                        "drop rdd_6_1",
                        "commit 5 true",
                        "replace slot of 5");
    }

    @Test
    void aJobEndsOnceWhateverIsSaidLater() throws Exception {
        JobHandle job = submit();
        answers = event -> List.of(end(0, "first"), end(0, "second"), end(99, "unknown"));

        unpersist(1);

        assertThat(job.await()).isEqualTo(end(0, "first").outcome());
        assertThat(job.await(Duration.ZERO)).contains(end(0, "first").outcome());
    }

    @Test
    void waitingForAJobMayBeGivenUp() throws Exception {
        JobHandle job = submit();

        assertThat(job.await(Duration.ofMillis(1))).isEmpty();

        Thread.currentThread().interrupt();
        assertThatThrownBy(job::await).isInstanceOf(InterruptedException.class);
        assertThat(told).noneMatch(SchedulerEvent.JobsCancelled.class::isInstance);
    }

    @Test
    void cancellingIsToldUntilTheJobHasEnded() {
        JobHandle job = submit();
        job.cancel("enough");
        settle();
        assertThat(told).contains(new SchedulerEvent.JobsCancelled(new JobSelector.One(0), "enough"));

        answers = event -> List.of(end(0, "over"));
        unpersist(1);
        job.cancel("too late");
        settle();

        assertThat(told).doesNotContain(new SchedulerEvent.JobsCancelled(new JobSelector.One(0), "too late"));
    }

    @Test
    void aLaunchThatFailsIsTheEndOfItsAttempt() {
        launchError = new IllegalStateException("no room");
        answers = event -> event instanceof SchedulerEvent.DatasetUnpersisted
                ? List.of(new SchedulerCommand.Launch(ID, task(5)))
                : List.of();

        unpersist(1);

        assertThat(told)
                .anyMatch(event -> event instanceof SchedulerEvent.AttemptEnded ended
                        && ended.outcome() instanceof TaskOutcome.Failed failed
                        && failed.error().thrown().equals(Optional.of(launchError)));
    }

    /** Were it told as the attempt's end, the machine would take the slot for a free one and try there again. */
    @Test
    void aLaunchWhereNobodyIsAnyMoreIsTheEndOfTheExecutor() {
        ExecutorId gone = new ExecutorId("gone", 1);
        answers = event -> event instanceof SchedulerEvent.DatasetUnpersisted
                ? List.of(new SchedulerCommand.Launch(gone, task(6)))
                : List.of();

        unpersist(1);

        assertThat(told)
                .contains(new SchedulerEvent.ExecutorLost(gone, "it is gone"))
                .noneMatch(event -> event instanceof SchedulerEvent.AttemptEnded);
    }

    @Test
    void tablesAreThoseAfterAllThatWasPosted() {
        submit();

        assertThat(service.tables().jobs()).isEqualTo(2); // the scripted machine counts events
    }

    @Test
    void theStatusIsThatAfterAllThatWasPosted() {
        submit();

        assertThat(service.status().executors())
                .containsExactly(new SchedulerStatus.ExecutorStatus(ID, 2, 0, false)); // events so far
    }

    @Test
    void askingAMachineThatCannotTellIsAnErrorForWhoeverAsks() {
        statusError = new IllegalStateException("cannot tell");

        assertThatThrownBy(service::status).hasRootCause(statusError);

        assertThat(submit().jobId()).isZero();
    }

    @Test
    void cancellingAndKillingIsPassedOn() {
        service.cancel(new JobSelector.InGroup("nightly", true), "enough");
        service.killAttempt(17, "odd");
        settle();

        assertThat(told)
                .endsWith(
                        new SchedulerEvent.JobsCancelled(new JobSelector.InGroup("nightly", true), "enough"),
                        new SchedulerEvent.AttemptUnwanted(17, "odd"));
    }

    @Test
    void updatesOfUnknownAccumulatorsAreNoConcern() {
        answers = event -> List.of(new SchedulerCommand.ApplyAccumulators(List.of(new AccumulatorUpdate(1, 2))));

        unpersist(1);

        assertThat(service.tables().jobs()).isEqualTo(2);
    }

    @Nested
    class AfterTheMachineFailed {

        private final Error bug = new StackOverflowError("bug");

        @Test
        void allJobsFailWithWhatWasThrown() throws Exception {
            JobHandle job = submit();
            JobHandle other = submit();
            clock.advance(Duration.ofSeconds(2));
            breakMachine();

            for (JobHandle each : List.of(job, other)) {
                assertThat(each.await()).isInstanceOfSatisfying(JobOutcome.Failed.class, failed -> {
                    assertThat(failed.failure())
                            .isInstanceOfSatisfying(
                                    JobFailure.Aborted.class,
                                    aborted -> assertThat(aborted.cause()).containsSame(bug));
                    assertThat(failed.failure().describe())
                            .contains("the scheduler of this context failed", "bug", "run the action again");
                    assertThat(failed.report().duration()).isEqualTo(Duration.ofSeconds(2));
                });
            }
        }

        @Test
        void executorsAreGivenUpWithWhatRunsThereAndEmptyOnesTakeTheirPlaces() {
            breakMachine();

            assertThat(performed).containsExactly("abandon the scheduler failed");
            assertThat(told).endsWith(new SchedulerEvent.ExecutorAdded(new ExecutorId("fake", 100), 3));
            assertThat(machines).isEqualTo(2);
        }

        @Test
        void whatOldExecutorsSayIsNotHeard() {
            Mailbox old = post;
            breakMachine();

            old.accept(new SchedulerEvent.AttemptEnded(6, ID, new TaskOutcome.Killed("x"), MetricValues.ZERO));
            settle();

            assertThat(told).noneMatch(SchedulerEvent.AttemptEnded.class::isInstance);
        }

        @Test
        void theNextJobGoesToTheNextMachine() throws Exception {
            breakMachine();
            answers = event -> event instanceof SchedulerEvent.JobSubmitted submitted
                    ? List.of(end(submitted.jobId(), "done"))
                    : List.of();

            assertThat(submit().await()).isEqualTo(end(0, "done").outcome());
        }

        @Test
        void aJobWhoseSubmissionItWasFails() throws Exception {
            answers = event -> {
                if (event instanceof SchedulerEvent.JobSubmitted) {
                    throw bug;
                }
                return List.of();
            };

            assertThat(submit().await()).isInstanceOf(JobOutcome.Failed.class);
        }

        @Test
        void aCommandThatIsNotPerformedIsAFailureToo() throws Exception {
            JobHandle job = submit();
            dropError = new IllegalStateException("cannot drop");
            answers = event -> event instanceof SchedulerEvent.ShuffleUnreachable
                    ? List.of(new SchedulerCommand.DropMapOutput(ID, 1, 2, 3))
                    : List.of();

            service.release(1);

            assertThat(job.await())
                    .isInstanceOfSatisfying(
                            JobOutcome.Failed.class,
                            failed -> assertThat(failed.failure().describe()).contains("cannot drop"));
        }

        @Test
        void aStartThatFailsIsTriedAgainWithEachTurnAndNobodyWaitsMeanwhile() throws Exception {
            JobHandle job = submit();
            failingStarts = 4;
            breakMachine();

            assertThat(job.await()).isInstanceOf(JobOutcome.Failed.class);
            JobHandle meanwhile = service.submit(ServiceHarness.request(node, new TestAction()));
            assertThat(meanwhile.await()).isInstanceOf(JobOutcome.Failed.class);
            assertThatThrownBy(service::status).isInstanceOf(IllegalStateException.class);

            assertThat(service.status().executors()).isNotEmpty();
            assertThat(told).endsWith(new SchedulerEvent.ExecutorAdded(new ExecutorId("fake", 100), 3));
            assertThat(performed).containsExactly("abandon the scheduler failed");
        }

        @Test
        void observersAreToldTheEndsOfWhatTheyWereToldHadBegun() {
            List<EngineEvent> heard = Collections.synchronizedList(new ArrayList<>());
            service.addListener(heard::add);
            EngineEvent.StageInfo stage = new EngineEvent.StageInfo(4, "map", 2, List.of(), List.of());
            answers = event -> event instanceof SchedulerEvent.JobSubmitted
                    ? List.of(
                            new SchedulerCommand.Publish(new EngineEvent.JobStarted(
                                    Instant.EPOCH, 0, ServiceHarness.SITE, JobProperties.NONE, List.of(stage))),
                            new SchedulerCommand.Publish(new EngineEvent.StageSubmitted(Instant.EPOCH, 0, stage, 1, 2)),
                            new SchedulerCommand.Publish(started(7)),
                            new SchedulerCommand.Publish(started(8)),
                            new SchedulerCommand.Publish(new EngineEvent.TaskEnded(
                                    Instant.EPOCH, 4, 1, 1, 0, 8, ID, new TaskOutcome.Killed("x"), MetricValues.ZERO)))
                    : List.of();
            submit();

            breakMachine();
            service.close(Duration.ofSeconds(5));

            assertThat(heard.subList(5, heard.size()))
                    .hasSize(3)
                    .satisfiesExactly(
                            event -> assertThat(event)
                                    .isInstanceOfSatisfying(
                                            EngineEvent.TaskEnded.class,
                                            ended -> assertThat(ended.attemptId())
                                                    .isEqualTo(7)),
                            event -> assertThat(event).isInstanceOf(EngineEvent.StageCompleted.class),
                            event -> assertThat(event)
                                    .isInstanceOfSatisfying(
                                            EngineEvent.JobEnded.class,
                                            ended ->
                                                    assertThat(ended.outcome()).isInstanceOf(JobOutcome.Failed.class)));
        }

        private EngineEvent started(long attemptId) {
            return new EngineEvent.TaskStarted(
                    Instant.EPOCH, 4, 1, (int) attemptId - 7, 0, attemptId, ID, 0, Locality.ANY, false);
        }

        @Test
        void anExecutorThatWasAboutToLeaveHasLeft() {
            ExecutorId staying = new ExecutorId("staying", 1);
            service.addExecutor(gate -> new FakeExecutor(staying, performed));
            service.drainExecutor(ID);

            breakMachine();

            assertThat(performed).containsExactly("abandon the scheduler failed", "abandon the scheduler failed");
            assertThat(told.stream().filter(SchedulerEvent.ExecutorAdded.class::isInstance))
                    .as("the two that were there, and one in place of the one that stayed")
                    .hasSize(3);
        }

        @Test
        void theServiceStillCloses() {
            breakMachine();

            assertThat(service.close(Duration.ofSeconds(5))).isEmpty();

            assertThat(performed).contains("close");
        }

        @Test
        void whileItIsClosedAllJobsEnd() throws Exception {
            JobHandle job = submit();
            answers = event -> {
                throw bug;
            };

            assertThat(service.close(Duration.ofSeconds(5))).isEmpty();

            assertThat(job.await()).isInstanceOf(JobOutcome.Failed.class);
        }

        private void breakMachine() {
            Function<SchedulerEvent, List<SchedulerCommand>> before = answers;
            answers = event -> {
                if (event instanceof SchedulerEvent.ShuffleUnreachable) {
                    throw bug;
                }
                return before.apply(event);
            };
            service.release(1);
            if (failingStarts == 0) {
                settle();
            }
        }
    }

    @Nested
    class Closing {

        @Test
        void stopsTheMachineThenTheExecutorsAndEndsEveryJob() throws Exception {
            JobHandle job = submit();

            assertThat(service.close(Duration.ofSeconds(5))).isEmpty();

            assertThat(told).endsWith(new SchedulerEvent.Stopped("the context was closed"));
            assertThat(performed).containsExactly("close");
            assertThat(job.await()).isInstanceOf(JobOutcome.Failed.class);
        }

        @Test
        void twiceIsHarmless() {
            service.close(Duration.ofSeconds(5));
            service.close(Duration.ofSeconds(5));

            assertThat(performed).containsExactly("close");
        }

        @Test
        void refusesJobsAndListenersAfterwards() {
            service.close(Duration.ofSeconds(5));

            assertThatThrownBy(SchedulerServiceTest.this::submit)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
            assertThatThrownBy(() -> service.addListener(event -> {})).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void tellsListenersWhatHappenedUntilThen() {
            List<EngineEvent> heard = new ArrayList<>();
            service.addListener(heard::add);
            EngineEvent last = new EngineEvent.ExecutorRemoved(Instant.EPOCH, ID, "closed");
            answers = event ->
                    event instanceof SchedulerEvent.Stopped ? List.of(new SchedulerCommand.Publish(last)) : List.of();

            service.close(Duration.ofSeconds(5));

            assertThat(heard).containsExactly(last);
        }
    }

    private ExecutorBackend executor(Mailbox events) {
        post = events;
        return new Recording(ID);
    }

    private ExecutorMaker replacement(ExecutorId id) {
        if (failingStarts-- > 0) {
            throw new OutOfMemoryError("not yet");
        }
        ExecutorId next = new ExecutorId(id.name(), nextIncarnation++);
        return events -> new Recording(next);
    }

    private JobHandle submit() {
        JobHandle job = service.submit(ServiceHarness.request(node, new TestAction()));
        settle();
        return job;
    }

    private void unpersist(int rddId) {
        service.unpersist(rddId);
        settle();
    }

    /** Waits until all is applied that was posted so far, and what followed from it. */
    private void settle() {
        service.tables();
        service.tables();
    }

    private TaskSpec task(long attemptId) {
        Action action = new TestAction();
        return new TaskSpec(
                attemptId,
                0,
                0,
                0,
                0,
                1,
                0,
                Locality.ANY,
                new TaskWork.RunAction(node, action, null),
                InputSnapshot.NONE,
                Map.of(),
                Map.of());
    }

    private static SchedulerCommand.EndJob end(int jobId, String reason) {
        JobReport report = new JobReport(jobId, ServiceHarness.SITE, List.of(), Duration.ZERO);
        return new SchedulerCommand.EndJob(jobId, new JobOutcome.Cancelled(reason, report));
    }

    private final class Scripted implements SchedulerStateMachine {

        Scripted() {
            machines++;
        }

        @Override
        public List<SchedulerCommand> on(SchedulerEvent event) {
            told.add(event);
            return answers.apply(event);
        }

        @Override
        public SchedulerStatus status() {
            if (statusError != null) {
                throw statusError;
            }
            return new SchedulerStatus(
                    List.of(), List.of(), List.of(new SchedulerStatus.ExecutorStatus(ID, told.size(), 0, false)));
        }

        @Override
        public Optional<List<@Nullable Object>> staged(int jobId) {
            return Optional.empty();
        }

        @Override
        public SchedulerTables tables() {
            return new SchedulerTables(told.size(), 0, 0, 0, 0, 1);
        }

        @Override
        public SchedulerStateMachine successor() {
            return new Scripted();
        }
    }

    private final class Recording extends FakeExecutor {

        Recording(ExecutorId id) {
            super(id, performed);
        }

        @Override
        public void launch(TaskSpec task) {
            if (launchError != null) {
                throw launchError;
            }
            super.launch(task);
        }

        @Override
        public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
            if (dropError != null) {
                throw dropError;
            }
            super.dropMapOutput(shuffleId, mapPartition, attemptId);
        }
    }

    /** A dataset whose partitions cannot be listed. */
    private record Unlisted(LineageNode parent, RuntimeException error) implements LineageNode {

        @Override
        public int id() {
            return 100;
        }

        @Override
        public String kind() {
            return "TestRDD";
        }

        @Override
        public CallSite callSite() {
            return ServiceHarness.SITE;
        }

        @Override
        public List<Dependency> dependencies() {
            return List.of();
        }

        @Override
        public int numPartitions() {
            throw error;
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.empty();
        }

        @Override
        public PartitionPlan plan(int partition) {
            return parent.plan(partition);
        }
    }
}
