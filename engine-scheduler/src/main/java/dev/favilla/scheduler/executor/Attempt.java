package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.TaskScope;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was launched and has not ended.
 *
 * <p><b>Threads.</b> {@link #kill} and {@link #answerCommit} may be called from any thread, before, while and after the
 * attempt runs; all else by the slot. Interrupts reach the slot's thread between {@link #begin} and {@link #endWork}
 * only: the engine's own work before and after, and the next attempt, are never hit.
 */
final class Attempt implements RunningTask.Commits {

    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(30);

    private final TaskSpec spec;
    private final Runnable askCommit;
    private final AtomicReference<@Nullable String> killReason = new AtomicReference<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile @Nullable TaskScope scope;
    private volatile @Nullable Thread thread;

    /** Made by the question; opened by its answer, or by the kill that makes it unnecessary. */
    private volatile @Nullable CountDownLatch decided;

    private volatile boolean granted;

    /** @param askCommit has the scheduler asked whether this attempt may commit */
    Attempt(TaskSpec spec, Runnable askCommit) {
        this.spec = spec;
        this.askCommit = askCommit;
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
            askCommit.run();
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
