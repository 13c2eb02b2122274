package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.disk.DiskUsage;
import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.TestLineage;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.executor.TestAction;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.storage.BlockId;
import dev.favilla.task.Locality;
import dev.favilla.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Executors that come and go around a state machine that does as the test says. */
class ExecutorRegistryTest {

    private static final ExecutorId FIRST = new ExecutorId("executor-1", 1);
    private static final ExecutorId SECOND = new ExecutorId("executor-2", 2);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final List<SchedulerEvent> told = Collections.synchronizedList(new ArrayList<>());
    private final List<String> performed = Collections.synchronizedList(new ArrayList<>());
    private final List<FaultPoint> reached = new ArrayList<>();
    private final CountDownLatch woken = new CountDownLatch(1);
    private final ManualClock clock = new ManualClock();
    private final TestLineage lineage = new TestLineage();
    private final LineageNode node = lineage.source(1, 2);
    private final Serializer serializer = new KryoSerializer(List.of());

    private Function<SchedulerEvent, List<SchedulerCommand>> answers = event -> List.of();
    private boolean observed;
    private List<String> stuck = List.of();

    private final SchedulerService service = service(null);

    private SchedulerService service(@Nullable Serializer isolation) {
        return new SchedulerService(
                new ListenerBus(ServiceHarness.threads(), 10),
                watched -> new Scripted(),
                List.of(post -> new FakeExecutor(FIRST, performed)),
                new SchedulerService.Parts(
                        new AccumulatorRegistry(serializer),
                        clock,
                        ServiceHarness.threads(),
                        10,
                        isolation,
                        reached::add,
                        ExecutorRegistryTest::noReplacement));
    }

    private static ExecutorMaker noReplacement(ExecutorId id) {
        throw new AssertionError("nothing is to fail here, and " + id + " not to be replaced");
    }

    @AfterEach
    void close() {
        stuck = List.of();
        service.close(DEADLINE);
    }

    @Nested
    class ThatCome {

        @Test
        void areOfferedAndUsed() {
            service.addExecutor(post -> new FakeExecutor(SECOND, performed));
            assertThat(told).endsWith(new SchedulerEvent.ExecutorAdded(SECOND, 3));

            perform(new SchedulerCommand.Launch(SECOND, task(5)));

            assertThat(performed).containsExactly("launch 5");
        }

        @Test
        void mayNotHaveTheNameOfOneThatIsOrWasThere() {
            assertThatThrownBy(() -> service.addExecutor(post -> new FakeExecutor(FIRST, performed)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("executor-1#1");
        }

        @Test
        void afterCloseAreRefused() {
            service.close(DEADLINE);

            assertThatThrownBy(() -> service.addExecutor(post -> new FakeExecutor(SECOND, performed)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }

        @Test
        void duringCloseAreRefusedAndGivenUp() {
            assertThatThrownBy(() -> service.addExecutor(post -> {
                        service.close(DEADLINE);
                        return new FakeExecutor(SECOND, performed);
                    }))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(performed).endsWith("abandon the context was closed");
            assertThat(told).doesNotContain(new SchedulerEvent.ExecutorAdded(SECOND, 3));
        }
    }

    @Nested
    class ThatAreLost {

        @Test
        void areAbandonedBeforeTheMachineKnowsAndGetNothingAnyMore() {
            answers = event -> {
                performed.add(event.getClass().getSimpleName());
                return event instanceof SchedulerEvent.ExecutorLost lost
                                && lost.reason().equals("died")
                        ? List.of(new SchedulerCommand.Launch(FIRST, task(5)), new SchedulerCommand.DropBlocks(1))
                        : List.of();
            };

            lose(FIRST, "died");

            assertThat(performed).containsExactly("abandon died", "ExecutorLost", "ExecutorLost");
            assertThat(told)
                    .contains(
                            new SchedulerEvent.ExecutorLost(FIRST, "died"),
                            new SchedulerEvent.ExecutorLost(FIRST, "it is gone"));
        }

        @Test
        void twiceOrUnknownAreIgnored() {
            lose(FIRST, "died");
            lose(FIRST, "died again");
            lose(SECOND, "never lived");

            assertThat(told.stream().filter(SchedulerEvent.ExecutorLost.class::isInstance))
                    .hasSize(1);
        }

        @Test
        void areStillJoinedAndReportedByClose() {
            service.addExecutor(post -> new Stuck(SECOND));
            stuck = List.of("a stuck thread");
            lose(SECOND, "died");

            assertThat(service.close(DEADLINE)).containsExactly("a stuck thread");
        }

        @Test
        void areForgottenOnceTheirThreadsHaveEnded() {
            service.addExecutor(post -> new Stuck(SECOND));
            lose(SECOND, "died");
            performed.clear();

            lose(new ExecutorId("any", 9), "makes it look");

            assertThat(performed).containsExactly("close"); // asked whether anything is left of it
            lose(new ExecutorId("any", 9), "looks again");
            assertThat(performed).containsExactly("close");
        }

        @Test
        void sayNothingAnyMore() {
            List<Mailbox> posts = new ArrayList<>();
            service.addExecutor(post -> {
                posts.add(post);
                return new FakeExecutor(SECOND, performed) {
                    @Override
                    public void abandon(String reason) {
                        post.accept(new SchedulerEvent.BlockDropped(SECOND, new BlockId(1, 2)));
                    }
                };
            });
            posts.get(0).accept(new SchedulerEvent.AttemptStarted(5, SECOND, 0));

            lose(SECOND, "died");
            posts.get(0).accept(new SchedulerEvent.AttemptStarted(6, SECOND, 0));
            settle();

            assertThat(told)
                    .endsWith(
                            new SchedulerEvent.AttemptStarted(5, SECOND, 0),
                            new SchedulerEvent.ExecutorLost(SECOND, "died"));
        }

        @Test
        void mayFailAtItAndAreLostAllTheSame() {
            service.addExecutor(post -> new FakeExecutor(SECOND, performed) {
                @Override
                public void abandon(String reason) {
                    throw new IllegalStateException("cannot even die");
                }
            });

            lose(SECOND, "died");

            assertThat(told).endsWith(new SchedulerEvent.ExecutorLost(SECOND, "died"));
        }
    }

    @Nested
    class ThatAreDrained {

        @Test
        void areReleasedWhenTheMachineSaysSo() {
            service.addExecutor(post -> new FakeExecutor(SECOND, performed));
            service.drainExecutor(FIRST);
            settle();
            assertThat(told).endsWith(new SchedulerEvent.ExecutorDraining(FIRST));
            assertThat(performed).isEmpty();

            perform(new SchedulerCommand.ReleaseExecutor(FIRST));

            assertThat(performed).containsExactly("abandon it was drained");
            assertThat(told).noneMatch(SchedulerEvent.ExecutorLost.class::isInstance);
        }

        @Test
        void cannotBeSparedIfNoOtherStays() {
            service.addExecutor(post -> new FakeExecutor(SECOND, performed));
            service.drainExecutor(SECOND);

            assertThatThrownBy(() -> service.drainExecutor(FIRST))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Cannot drain executor-1#1");

            assertThat(told).doesNotContain(new SchedulerEvent.ExecutorDraining(FIRST));
        }
    }

    @Nested
    class ThatHoldSomething {

        private ExecutorUsage held = ExecutorUsage.NONE;

        @Test
        void areStillAskedWhenTheyAreGone() {
            service.addExecutor(post -> new FakeExecutor(SECOND, performed) {
                @Override
                public ExecutorUsage usage() {
                    return held;
                }
            });
            held = new ExecutorUsage(MemoryUsage.NONE, DiskUsage.NONE, 0, 1);
            lose(SECOND, "died");
            assertThat(ids()).containsExactlyInAnyOrder(FIRST, SECOND);

            lose(FIRST, "died, too"); // at such moments those that have let go are forgotten
            assertThat(ids()).containsExactly(SECOND);

            held = ExecutorUsage.NONE;
            assertThat(ids()).isEmpty();
        }

        private List<ExecutorId> ids() {
            return service.executors().stream().map(ExecutorBackend::id).toList();
        }
    }

    @Nested
    class ClosingThem {

        @Test
        void givesEachAPartOfTheTimeSoThatAStuckOneDoesNotTakeAll() {
            List<Duration> given = new ArrayList<>();
            for (int i = 2; i < 5; i++) {
                ExecutorId id = new ExecutorId("executor-" + i, i);
                service.addExecutor(post -> new FakeExecutor(id, performed) {
                    @Override
                    public List<String> close(Duration deadline) {
                        given.add(deadline);
                        return List.of();
                    }
                });
            }

            service.close(Duration.ofSeconds(40));

            assertThat(given).hasSize(3);
            assertThat(given.get(0)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(11));
        }
    }

    @Nested
    class TheTimer {

        @Test
        void wakesTheMachineWhenItHasAskedForIt() throws Exception {
            perform(new SchedulerCommand.WakeAt(clock.instant().minusSeconds(1)));

            assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Nested
    class Stages {

        @Test
        void areShownToAnInjectorAlthoughNobodyObserves() {
            EngineEvent.StageInfo stage = new EngineEvent.StageInfo(4, "map", 2, List.of(), List.of());

            perform(
                    new SchedulerCommand.Publish(new EngineEvent.StageSubmitted(Instant.EPOCH, 0, stage, 3, 2)),
                    new SchedulerCommand.Publish(new EngineEvent.StageCompleted(Instant.EPOCH, stage, 3, "")),
                    new SchedulerCommand.Publish(new EngineEvent.ExecutorRemoved(Instant.EPOCH, FIRST, "x")));

            assertThat(observed).isFalse();
            assertThat(reached)
                    .containsExactly(
                            new FaultPoint(FaultSite.STAGE_SUBMITTED, 4, 3, -1, 0, -1, "", ""),
                            new FaultPoint(FaultSite.STAGE_COMPLETED, 4, 3, -1, 0, -1, "", ""));
        }
    }

    @Nested
    class Isolated {

        @Test
        void whatCannotBeWrittenIsThrownAtTheCallerAndThereIsNoJob() {
            try (Closing isolated = new Closing(service(serializer))) {
                Object unwritable = new Object();
                TestAction action = new TestAction() {
                    @Override
                    public String name() {
                        return unwritable.toString();
                    }
                };
                told.clear();

                assertThatThrownBy(() -> isolated.service().submit(ServiceHarness.request(node, action)))
                        .isInstanceOf(SerializationException.class);

                assertThat(told).isEmpty();
            }
        }

        @Test
        void inTheSameJvmNothingIsWritten() {
            JobHandle job = service.submit(ServiceHarness.request(node, new TestAction()));
            settle();

            assertThat(job.jobId()).isZero();
            assertThat(told)
                    .anyMatch(event -> event instanceof SchedulerEvent.JobSubmitted submitted
                            && submitted.request().binary() == null);
        }
    }

    private void perform(SchedulerCommand... commands) {
        answers = event -> event instanceof SchedulerEvent.ShuffleUnreachable ? List.of(commands) : List.of();
        service.release(1);
        settle();
    }

    private void lose(ExecutorId executor, String reason) {
        service.loseExecutor(executor, reason);
        settle();
        settle(); // also what followed from it
    }

    /** Waits until all is applied that was posted so far. */
    private void settle() {
        service.tables();
    }

    private TaskSpec task(long attemptId) {
        TaskWork work = new TaskWork.RunAction(node, new TestAction(), null);
        return new TaskSpec(attemptId, 0, 0, 0, 0, 1, 0, Locality.ANY, work, InputSnapshot.NONE, Map.of(), Map.of());
    }

    private record Closing(SchedulerService service) implements AutoCloseable {

        @Override
        public void close() {
            service.close(DEADLINE);
        }
    }

    /** Has threads left as long as the test says so. */
    private final class Stuck extends FakeExecutor {

        Stuck(ExecutorId id) {
            super(id, performed);
        }

        @Override
        public List<String> close(Duration deadline) {
            super.close(deadline);
            return stuck;
        }
    }

    private final class Scripted implements SchedulerStateMachine {

        @Override
        public List<SchedulerCommand> on(SchedulerEvent event) {
            told.add(event);
            if (event instanceof SchedulerEvent.TimePassed) {
                woken.countDown();
            }
            return answers.apply(event);
        }

        @Override
        public SchedulerStatus status() {
            return new SchedulerStatus(List.of(), List.of(), List.of());
        }

        @Override
        public Optional<List<@Nullable Object>> staged(int jobId) {
            return Optional.empty();
        }

        @Override
        public SchedulerTables tables() {
            return new SchedulerTables(0, 0, 0, 0, 0, 0);
        }

        @Override
        public SchedulerStateMachine successor() {
            return new Scripted();
        }
    }
}
