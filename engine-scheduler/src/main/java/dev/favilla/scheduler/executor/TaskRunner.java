package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskScope;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskError;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was launched and has not ended: runs it in a slot, passes on that it is to stop, asks whether it may
 * commit, and tells of its end.
 *
 * <p><b>Threads.</b> {@link #kill} and {@link #answerCommit} may be called from any thread, before, while and after the
 * attempt runs; all else by the slot. Interrupts reach the slot's thread between {@link #begin} and {@link #endWork}
 * only: the engine's own work before and after, and the next attempt, are never hit.
 */
final class TaskRunner implements SlotPool.Job, RunningTask.Commits {

    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(30);
    private static final TaskOutcome NO_WORDS = new TaskOutcome.Failed(TaskError.unknown());

    private final TaskSpec spec;
    private final Host host;

    /** As the executor's table knows it. */
    private final Long id;

    /** Told where no other end can be put into words. Made beforehand: there may be no memory then. */
    private final SchedulerEvent.AttemptEnded lastResort;

    private final AtomicReference<@Nullable String> killReason = new AtomicReference<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile @Nullable TaskScope scope;
    private volatile @Nullable Thread thread;

    /** Made by the question; opened by its answer, or by the kill that makes it unnecessary. */
    private volatile @Nullable CountDownLatch decided;

    private volatile boolean granted;

    /** Whether it has ended and its work was done. Owned by the slot. */
    private boolean succeeded;

    TaskRunner(TaskSpec spec, Host host) {
        this.spec = spec;
        this.host = host;
        this.id = spec.attemptId();
        this.lastResort = new SchedulerEvent.AttemptEnded(id, host.id(), NO_WORDS, MetricValues.ZERO);
    }

    @Override
    public void run(int slot) {
        TaskRun task = null;
        SchedulerEvent.AttemptEnded ended = lastResort;
        try {
            task = host.open(this);
            ended = task.run(slot);
        } catch (Throwable t) { // memory ran out while the end was put into words; the job must hear of it still
            takeBack(task);
            ended = inWords(t);
        } finally {
            Thread.interrupted(); // what was meant for the attempt must not hit whoever handles its end
            succeeded = ended.outcome() instanceof TaskOutcome.Success;
            if (!host.ended(this, ended)) {
                takeBack(task); // a success that came too late
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>A stage is not complete before all its tasks are done. As long as one is still to run, nobody has use for hearing
     * that another went well; and to whoever asks, or wants to hear of starts, all is applied that was left before.
     */
    @Override
    public boolean mayFollow(SlotPool.Job before) {
        return before instanceof TaskRunner other
                && other.succeeded
                && other.spec.work() == spec.work()
                && other.spec.stageId() == spec.stageId()
                && other.spec.stageAttempt() == spec.stageAttempt();
    }

    private SchedulerEvent.AttemptEnded inWords(Throwable thrown) {
        try {
            return notRun(new TaskOutcome.Failed(thrown));
        } catch (Throwable t) {
            return lastResort;
        }
    }

    private static void takeBack(@Nullable TaskRun task) {
        if (task != null) {
            task.takeBack();
        }
    }

    /** Returns the end of an attempt that never ran: killed if it was told to stop, else {@code otherwise}. */
    SchedulerEvent.AttemptEnded notRun(TaskOutcome otherwise) {
        return new SchedulerEvent.AttemptEnded(id, host.id(), killedOr(otherwise), MetricValues.ZERO);
    }

    /** Returns that the attempt was killed if it was told to stop, else {@code otherwise}. */
    TaskOutcome killedOr(TaskOutcome otherwise) {
        return killReason().<TaskOutcome>map(TaskOutcome.Killed::new).orElse(otherwise);
    }

    Long id() {
        return id;
    }

    TaskSpec spec() {
        return spec;
    }

    /**
     * Has the attempt stop at its next step, or before its first, and with {@code interrupt} also interrupts its thread
     * if it is at work. The first reason given stays.
     */
    void kill(String reason, boolean interrupt) {
        killReason.compareAndSet(null, reason);
        TaskScope running = scope; // read after the reason is set: whoever comes second passes it on
        if (running != null) {
            passOn(running);
        }
        CountDownLatch asked = decided;
        if (asked != null) {
            asked.countDown();
        }
        if (interrupt) {
            interrupt();
        }
    }

    private void interrupt() {
        if (phase.compareAndSet(Phase.WORKING, Phase.INTERRUPTING)) {
            Thread worker = thread;
            if (worker != null) {
                worker.interrupt();
            }
            phase.set(Phase.WORKING);
        }
    }

    /** Returns why the attempt was asked to stop, if it was. */
    Optional<String> killReason() {
        return Optional.ofNullable(killReason.get());
    }

    /** Says that the attempt runs on this thread, in {@code running}, which is killed at once if the attempt was. */
    void begin(TaskScope running) {
        thread = Thread.currentThread();
        scope = running;
        phase.set(Phase.WORKING);
        passOn(running);
    }

    private void passOn(TaskScope running) {
        killReason().ifPresent(running::kill);
    }

    /**
     * Says that the attempt's own work is over: its thread is interrupted no more, and forgets that it was. Saying it
     * twice is harmless.
     */
    void endWork() {
        Phase now = phase.get();
        while (now != Phase.OVER && (now == Phase.INTERRUPTING || !phase.compareAndSet(now, Phase.OVER))) {
            Thread.onSpinWait(); // somebody is between two lines of interrupt()
            now = phase.get();
        }
        Thread.interrupted();
    }

    /** Answers whether the attempt may commit, once it has asked. The first answer stays. */
    void answerCommit(boolean mayCommit) {
        CountDownLatch asked = decided;
        if (asked != null && asked.getCount() > 0) {
            granted = mayCommit;
            asked.countDown();
        }
    }

    @Override
    public boolean mayCommit() throws InterruptedException {
        CountDownLatch asked = decided;
        boolean first = asked == null;
        if (asked == null) {
            asked = new CountDownLatch(1);
            decided = asked;
        }
        checkKilled(); // a kill that comes later opens the latch
        if (first) {
            host.askCommit(id);
        }
        if (!asked.await(COMMIT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException("The scheduler did not say within " + COMMIT_PATIENCE.toSeconds()
                    + " s whether " + spec.describe() + " may commit its output. This is a bug of the engine, or the"
                    + " machine is overloaded.");
        }
        checkKilled();
        return granted;
    }

    private void checkKilled() {
        TaskScope running = scope;
        if (running != null) {
            running.checkKilled();
        }
    }

    /** The executor, as its attempts see it. */
    interface Host {

        ExecutorId id();

        /** Returns the run of {@code attempt}, which is still to begin. */
        TaskRun open(TaskRunner attempt);

        /** Has the scheduler asked whether an attempt may commit. */
        void askCommit(long attemptId);

        /** Tells of the end of an attempt that has run, and returns whether anybody is to hear of it. */
        boolean ended(TaskRunner attempt, SchedulerEvent.AttemptEnded ended);
    }

    private enum Phase {
        /** Not begun. */
        WAITING,
        /** User code runs, or may run. */
        WORKING,
        /** The same, and a thread is about to interrupt it. */
        INTERRUPTING,
        /** Its end is being put into words. */
        OVER
    }
}
