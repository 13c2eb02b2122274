package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.event.EngineEvent;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CancellationTest {

    private static final Map<String, AtomicLong> COUNTERS = new ConcurrentHashMap<>();
    private static final Map<String, EngineContext> CONTEXTS = new ConcurrentHashMap<>();

    /** Opens a context where told tasks are interrupted at once, if the test does not say otherwise. */
    private static EngineContext open(String master) {
        EngineContext engine = EngineContext.open(master);
        engine.setInterruptOnCancel(true);
        return engine;
    }

    /** Starts a job of one task per partition, each of which waits at the gate. */
    private static Background<Long> start(EngineContext engine, Gate gate, int tasks) {
        String name = gate.name();
        Background<Long> job = Background.run(() ->
                engine.range(0, tasks, 1, tasks).map(x -> Gate.pass(name, x)).count());
        gate.awaitArrivals(tasks);
        return job;
    }

    private static JobCancelledException cancelled(Background<?> job) {
        return catchThrowableOfType(JobCancelledException.class, job::result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void aRunningJobIsCancelledAndTheContextStaysUsable(String master) {
        try (EngineContext engine = open(master);
                Gate gate = new Gate()) {
            Background<Long> job = start(engine, gate, 2);
            int id = engine.statusTracker().getActiveJobIds().get(0);

            engine.cancelJob(id);

            assertThat(cancelled(job))
                    .hasMessageStartingWith("Job " + id + " (count at CancellationTest.java:")
                    .hasMessageContaining("was cancelled")
                    .hasMessageContaining("cancelJob at CancellationTest.java:");
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aWaitingJobIsCancelledBeforeItsTasksStart() throws Exception {
        try (EngineContext engine = open("local[1]");
                Gate first = new Gate();
                Gate second = new Gate()) {
            Background<Long> running = start(engine, first, 1);
            String name = second.name();
            engine.addJobTag("second");
            Background<Long> waiting = Background.run(
                    () -> engine.range(0, 1, 1, 1).map(x -> Gate.pass(name, x)).count());
            Engines.await(
                    () -> !engine.statusTracker().getJobIdsForTag("second").isEmpty());

            engine.cancelJobsWithTag("second", "not needed");

            assertThat(cancelled(waiting).reason()).isEqualTo("not needed");
            first.open();
            assertThat(running.result()).isEqualTo(1);
            assertThat(second.arrivals()).isZero();
        }
    }

    @Test
    void cancellingAGroupLeavesOthersAlone() throws Exception {
        try (EngineContext engine = open("local[2]");
                Gate reports = new Gate();
                Gate others = new Gate()) {
            engine.setJobGroup("reports", "the nightly ones", true);
            Background<Long> report = start(engine, reports, 1);
            engine.setJobGroup("others", null, true);
            Background<Long> other = start(engine, others, 1);

            engine.cancelJobGroup("reports", "the night is over");

            assertThat(cancelled(report)).hasMessageEndingWith("was cancelled: the night is over");
            others.open();
            assertThat(other.result()).isEqualTo(1);
        }
    }

    @Test
    void aGroupCanBeCancelledWithItsFutureJobs() throws Exception {
        try (EngineContext engine = open("local[2]");
                Gate gate = new Gate()) {
            engine.setJobGroup("old", null, true);
            Background<Long> job = start(engine, gate, 1);

            engine.cancelJobGroupAndFutureJobs("old", "nobody wants these");

            assertThat(cancelled(job).reason()).isEqualTo("nobody wants these");
            assertThatExceptionOfType(JobCancelledException.class)
                    .isThrownBy(() -> engine.range(0, 1).count())
                    .withMessageEndingWith("nobody wants these");
            engine.setJobGroup("new", null);
            assertThat(engine.range(0, 3).count()).isEqualTo(3);
            engine.clearJobGroup();
            assertThat(engine.range(0, 3).count()).isEqualTo(3);
        }
    }

    @Test
    void cancellingAGroupDoesNotMeanItsFutureJobs() {
        try (EngineContext engine = open("local[2]");
                Gate gate = new Gate()) {
            engine.setJobGroup("reports", null, true);
            Background<Long> job = start(engine, gate, 1);

            engine.cancelJobGroup("reports");

            assertThat(cancelled(job).reason()).contains("'reports'");
            assertThat(engine.range(0, 3).count()).isEqualTo(3);
        }
    }

    @Test
    void cancellingByTagStopsExactlyThoseThatCarryIt() throws Exception {
        try (EngineContext engine = open("local[3]");
                Gate both = new Gate();
                Gate one = new Gate();
                Gate none = new Gate()) {
            engine.addJobTag("a");
            engine.addJobTag("b");
            Background<Long> tagged = start(engine, both, 1);
            engine.removeJobTag("a");
            Background<Long> tag = start(engine, one, 1);
            engine.clearJobTags();
            Background<Long> untagged = start(engine, none, 1);

            engine.cancelJobsWithTag("a");

            assertThat(cancelled(tagged).reason()).contains("'a'");
            one.open();
            none.open();
            assertThat(tag.result()).isEqualTo(1);
            assertThat(untagged.result()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "a,b", ","})
    void tagsWithoutTextOrWithACommaAreRefused(String tag) {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            String said = tag == null ? "null" : "'" + tag + "'";
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.addJobTag(tag))
                    .withMessageContaining(said);
            assertThatIllegalArgumentException().isThrownBy(() -> engine.removeJobTag(tag));
            assertThatIllegalArgumentException().isThrownBy(() -> engine.cancelJobsWithTag(tag));
            assertThatIllegalArgumentException().isThrownBy(() -> engine.cancelJobsWithTag(tag, "why"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.statusTracker().getJobIdsForTag(tag));
            assertThat(engine.getJobTags()).isEmpty();
        }
    }

    @Test
    void allJobsAreCancelledAtOnce() {
        try (EngineContext engine = open("local[2]");
                Gate gate = new Gate()) {
            Background<Long> one = start(engine, gate, 1);
            Background<Long> other = start(engine, gate, 1);

            engine.cancelAllJobs();

            assertThat(cancelled(one).reason()).contains("cancelAllJobs at CancellationTest.java:");
            assertThat(cancelled(other).reason()).contains("cancelAllJobs at CancellationTest.java:");
            Engines.assertUsable(engine);
        }
    }

    @Test
    void cancellingAStageCancelsTheJobsThatNeedIt() {
        try (EngineContext engine = open("local[2]");
                Gate gate = new Gate()) {
            Background<Long> job = start(engine, gate, 1);
            int stage = engine.statusTracker().getActiveStageIds().get(0);

            engine.cancelStage(stage, "this stage is in the way");

            assertThat(cancelled(job).reason()).contains("this stage is in the way");
        }
    }

    @Test
    void aListenerMayCancel() {
        try (EngineContext engine = open("local[2]");
                Gate gate = new Gate()) {
            engine.addListener(event -> {
                if (event instanceof EngineEvent.JobStarted started) {
                    engine.cancelJob(started.jobId(), "the listener said so");
                }
            });
            String name = gate.name();

            assertThatExceptionOfType(JobCancelledException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(x -> Gate.pass(name, x))
                            .count())
                    .withMessageEndingWith("the listener said so");
        }
    }

    @Test
    void unknownAndEndedJobsAreLeftAsTheyAre() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            assertThat(engine.range(0, 3).count()).isEqualTo(3);

            engine.cancelJob(0);
            engine.cancelJob(77);
            engine.cancelStage(77);
            engine.cancelJobGroup("nobody");
            engine.killTaskAttempt(4711);

            Engines.assertUsable(engine);
        }
    }

    @Test
    void withoutInterruptsATaskStopsAtItsNextRecord() {
        String counter = "records";
        COUNTERS.put(counter, new AtomicLong());
        try (EngineContext engine = EngineContext.open("local[1]");
                Gate gate = new Gate()) {
            String name = gate.name();
            Background<Long> job = Background.run(() -> engine.range(0, 10_000_000, 1, 1)
                    .map(x -> {
                        Objects.requireNonNull(COUNTERS.get(counter)).incrementAndGet();
                        return x == 5 ? Gate.passStubbornly(name, x) : x;
                    })
                    .count());
            gate.awaitArrivals(1);

            engine.cancelAllJobs();
            cancelled(job);
            gate.open();

            Engines.assertIdle(engine);
            assertThat(COUNTERS.get(counter)).hasValueLessThan(10_000);
        } finally {
            COUNTERS.remove(counter);
        }
    }

    @Test
    void aTaskThatIgnoresEverythingLosesItsSlotAndTheSlotIsReplaced() {
        try (EngineContext engine = EngineContext.builder()
                        .cores(1)
                        .set("favilla.task.interruptAfter", "1ms")
                        .set("favilla.task.replaceAfter", "1ms")
                        .open();
                Gate gate = new Gate()) {
            String name = gate.name();
            Background<Long> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> Gate.passStubbornly(name, x))
                    .count());
            gate.awaitArrivals(1);

            engine.cancelAllJobs();

            cancelled(job);
            assertThat(engine.range(0, 3).count()).isEqualTo(3);
            gate.open();
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[1]", "local-cluster[1,1,32]"})
    void aKilledAttemptIsRunAgainWhateverItAnswers(String master) throws Exception {
        try (EngineContext engine = EngineContext.builder()
                        .master(master)
                        .set("favilla.task.interruptAfter", "1ms")
                        .open();
                Gate gate = new Gate()) {
            String name = gate.name();
            Background<List<Integer>> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> {
                        if (Engines.attemptNumber() == 0) {
                            try {
                                Gate.pass(name, x);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException("an answer of its own", e);
                            }
                        }
                        return Engines.attemptNumber();
                    })
                    .collect());
            gate.awaitArrivals(1);

            engine.killTaskAttempt(0, "to see what happens");

            assertThat(job.result()).containsExactly(1);
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(2);
        }
    }

    @Test
    void aJobThatTakesLongerThanItsDeadlineIsCancelledWithAReasonThatSaysSo() {
        try (EngineContext engine = open("local[1]");
                Gate gate = new Gate()) {
            String name = gate.name();
            engine.setJobDeadline(Duration.ofMillis(20));

            assertThatExceptionOfType(JobCancelledException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(x -> Gate.pass(name, x))
                            .count())
                    .satisfies(e -> assertThat(e.reason()).contains("deadline"));

            engine.setJobDeadline(null);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aDeadlineIsAboveZero() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.setJobDeadline(Duration.ZERO))
                    .withMessageContaining("deadline must be > 0, got PT0S");
            assertThatIllegalArgumentException().isThrownBy(() -> engine.setJobDeadline(Duration.ofMillis(-1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void aTaskMayCancelItsOwnJobAgainAndAgain(String master) {
        try (EngineContext engine = EngineContext.open(master)) {
            CONTEXTS.put(master, engine);
            assertThatThrownBy(() -> engine.range(0, Long.MAX_VALUE, 1, 2)
                            .filter(x -> {
                                int job = Objects.requireNonNull(TaskContext.get())
                                        .jobId();
                                CONTEXTS.get(master).cancelJob(job, "by its own task");
                                return false;
                            })
                            .count())
                    .isInstanceOf(JobCancelledException.class)
                    .hasMessageContaining("by its own task");
            Engines.assertUsable(engine);
        } finally {
            CONTEXTS.remove(master);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void aSleepingTaskEndsAtOnceWhereItsJobAsksForInterrupts(String master) throws Exception {
        try (EngineContext engine = EngineContext.builder()
                        .master(master)
                        .set("favilla.task.interruptAfter", "1h")
                        .open();
                Gate gate = new Gate()) {
            Events events = Events.of(engine);
            engine.setJobGroup("sleepers", null, true);
            Background<Long> job = start(engine, gate, 1);

            engine.cancelJobGroup("sleepers");

            assertThat(cancelled(job)).hasMessageContaining("'sleepers'");
            EngineEvent.TaskEnded end = events.await(EngineEvent.TaskEnded.class, event -> true);
            assertThat(end.outcome()).isInstanceOf(TaskOutcome.Killed.class);
            Engines.assertUsable(engine);
        }
    }
}
