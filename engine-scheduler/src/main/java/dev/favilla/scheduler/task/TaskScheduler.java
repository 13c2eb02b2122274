package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fills the slots of the executors from the task sets: in which order is for {@link Pools} to say, where for {@link
 * TaskSet}.
 *
 * <p>It says what it wants done through the consumer it was made with. Every attempt it launches stays in its table
 * until its end is reported, its executor is removed or its slot is given up, so a slot is never given twice.
 */
public final class TaskScheduler {

    private final Consumer<SchedulerCommand> commands;
    private final SchedulingPolicy policy;
    private final InstantSource clock;
    private final ExecutorSlots executors = new ExecutorSlots();
    private final Pools ready;
    private final Function<TaskSet, @Nullable TaskAttempt> launcher = this::take;

    /** Launched and not ended, by id, in the order of their launch, which is that of their ids. */
    private final Map<Long, TaskAttempt> attempts = new LinkedHashMap<>();

    /** Those of them that were asked to stop. */
    private final Set<TaskAttempt> stopping = new LinkedHashSet<>();

    /** Attempts whose slots were given up and whose ends were not told, by id. */
    private final Map<Long, TaskAttempt> givenUp = new HashMap<>();

    /** Submitted and not retired. */
    private final Set<TaskSet> live = new LinkedHashSet<>();

    private long nextAttemptId;

    /** The set that all attempts belong to that were launched ahead and have no slot yet, if there are any. */
    private @Nullable TaskSet aheadOfOthers;

    /** When a set stops waiting for a slot where its data lies; the earliest of the last look. */
    private @Nullable Instant heldUntil;

    /** When the tasks were last looked at for slow ones. */
    private @Nullable Instant lookedAt;

    public TaskScheduler(Consumer<SchedulerCommand> commands, SchedulingPolicy policy, InstantSource clock) {
        this.commands = commands;
        this.policy = policy;
        this.clock = clock;
        this.ready = new Pools(policy.mode(), policy.pools());
    }

    // --- what is there

    public int executorCount() {
        return executors.count();
    }

    /** Returns whether any executor takes tasks. */
    public boolean hasExecutor() {
        return executors.anyTakesTasks();
    }

    public int liveSets() {
        return live.size();
    }

    /** Returns how many attempts were launched and have not ended. */
    public int attemptCount() {
        return attempts.size();
    }

    /** Returns how many attempts of a stage run in slots. */
    public int attemptCount(int stageId) {
        int count = 0;
        for (TaskAttempt attempt : attempts.values()) {
            if (attempt.set().tasks().stageId() == stageId && !attempt.isAhead()) {
                count++;
            }
        }
        return count;
    }

    /** Returns whether an attempt of another job runs, or goes on although its slot was given up. */
    public boolean runsOther(int jobId) {
        return !givenUp.isEmpty()
                || attempts.values().stream().anyMatch(attempt -> attempt.set().jobId() != jobId);
    }

    /** Returns the id that the next attempt will have; all before have smaller ones. */
    public long nextAttemptId() {
        return nextAttemptId;
    }

    /** Gives no number that {@code before} has given, or was about to give. To be called before the first attempt. */
    public void follow(TaskScheduler before) {
        nextAttemptId = before.nextAttemptId + 1;
    }

    /** Returns the id of the oldest attempt that runs; that of the next one if none does. */
    public long oldestAttemptId() {
        return attempts.isEmpty() ? nextAttemptId : attempts.keySet().iterator().next();
    }

    public boolean isLive(ExecutorId executor) {
        return executors.isLive(executor);
    }

    /** Returns whether an executor is there and is not being drained. */
    public boolean takesTasks(ExecutorId executor) {
        return executors.takesTasks(executor);
    }

    /** Returns the live executor of that name, if there is one that takes tasks. */
    public Optional<ExecutorId> executorNamed(String name) {
        return executors.named(name);
    }

    public List<ExecutorStatus> executors() {
        return executors.status();
    }

    // --- executors

    /**
     * Adds an executor; returns false if it is there already.
     *
     * @param ahead how many attempts it takes while all its slots are busy
     */
    public boolean addExecutor(ExecutorId executor, int slots, int ahead) {
        return executors.add(executor, slots, ahead);
    }

    /** Lets an executor take no more tasks. */
    public void drain(ExecutorId executor) {
        executors.drain(executor);
    }

    /** Returns the executors that are being drained and run nothing any more. */
    public List<ExecutorId> drained() {
        return executors.drained();
    }

    /**
     * Removes an executor.
     *
     * @return the attempts that end with it, in the order of their launch; empty if there is no such executor
     */
    public Optional<List<TaskAttempt>> removeExecutor(ExecutorId executor) {
        if (!executors.remove(executor)) {
            return Optional.empty();
        }
        List<TaskAttempt> gone = attempts.values().stream()
                .filter(attempt -> attempt.executor().equals(executor))
                .toList();
        gone.forEach(this::forget);
        givenUp.values().removeIf(attempt -> attempt.executor().equals(executor));
        return Optional.of(gone);
    }

    // --- sets

    /** Adds a set; a stage has at most one that is not retired. */
    public void submit(TaskSet set) {
        live.add(set);
        enlist(set);
    }

    /** Lets a set launch nothing more. */
    public void retire(TaskSet set) {
        ready.remove(set);
        live.remove(set);
        set.retire();
    }

    /** Gives what is launched from now on the present first valid attempts of cached datasets. */
    public void refresh(IntToLongFunction firstValidAttempt) {
        live.forEach(set -> set.refresh(firstValidAttempt));
    }

    /** Runs what a set launches from now on for another job, at that job's place in the order. */
    public void adopt(TaskSet set, TaskSet.Owner heir) {
        ready.remove(set);
        set.adopt(heir);
        enlist(set);
    }

    /** Queues a task again, unless it is queued or runs. */
    public void queue(TaskSet set, int index) {
        set.queue(index);
        enlist(set);
    }

    /** Takes a task off a live set because an attempt did it, and stops what else runs of it. */
    public void dequeue(TaskSet set, int index, String reason) {
        List<TaskAttempt> running = set.dequeue(index);
        if (!set.hasQueued()) {
            ready.remove(set);
        }
        for (TaskAttempt attempt : running) {
            kill(attempt, reason, false);
        }
    }

    private void enlist(TaskSet set) {
        if (!set.isRetired() && set.hasQueued()) {
            ready.add(set);
        }
    }

    // --- attempts

    /**
     * Launches the next queued task, or returns null if nothing is queued, what is waits, or no slot is free and nothing may
     * be launched ahead of one.
     */
    public @Nullable TaskAttempt launchNext() {
        heldUntil = null; // also where nothing can be launched: a moment that has passed would wake us again and again
        if (ready.isEmpty()) {
            return null;
        }
        TaskAttempt attempt = executors.hasFree() ? ready.firstOf(launcher) : takeAhead();
        if (attempt == null) {
            return null;
        }
        nextAttemptId++;
        TaskSet set = attempt.set();
        if (!set.hasQueued()) {
            ready.remove(set);
        }
        attempts.put(attempt.key(), attempt);
        attempt.countIn(ready.launched(set));
        executors.take(attempt);
        commands.accept(new SchedulerCommand.Launch(attempt.executor(), set.spec(attempt)));
        return attempt;
    }

    /**
     * Has short tasks wait where the next slot is free, so that it need not wait for a turn: only where nobody else waits,
     * so that nobody is overtaken, and never where it matters when an attempt begins.
     */
    private @Nullable TaskAttempt takeAhead() {
        TaskSet only = policy.speculation().enabled() ? null : ready.only();
        if (only == null || !only.isBrief() || only.hasPlaces() || (aheadOfOthers != only && executors.anyAhead())) {
            return null;
        }
        ExecutorId on = executors.leastAhead();
        aheadOfOthers = only;
        return on == null ? null : only.takeFree(executors, on, nextAttemptId);
    }

    /**
     * Asks for what was launched ahead and has not begun as soon as it stands in somebody's way: another set waits for
     * slots, a slot is free elsewhere, or the executor is to go. To be called when no more can be launched.
     */
    public void recall() {
        if (!executors.anyAhead()) {
            return;
        }
        boolean all = executors.hasFree() || (!ready.isEmpty() && ready.only() != aheadOfOthers);
        if (!all && !executors.anyDraining()) {
            return;
        }
        for (TaskAttempt attempt : executors.ahead(all)) {
            if (attempt.killReason().isEmpty() && attempt.recall()) {
                commands.accept(new SchedulerCommand.Withdraw(attempt.executor(), attempt.id()));
            }
        }
    }

    private @Nullable TaskAttempt take(TaskSet set) {
        ExecutorId least = executors.leastLoaded();
        if (least == null) {
            return null;
        }
        if (!set.hasPlaces()) {
            TaskAttempt free = set.takeFree(executors, least, nextAttemptId);
            return free != null ? free : set.takeSecond(executors, nextAttemptId);
        }
        Instant now = clock.instant();
        TaskAttempt attempt = set.takeLocal(executors, nextAttemptId, now);
        if (attempt == null) {
            attempt = set.takeFree(executors, least, nextAttemptId);
        }
        if (attempt == null && set.isAnyPlaced()) {
            Optional<Instant> wait = set.waitsUntil(policy.localityWait(), now);
            if (wait.isPresent()) {
                heldUntil = earlier(heldUntil, wait.get());
            } else {
                attempt = set.takeAnywhere(least, nextAttemptId);
            }
        }
        return attempt != null ? attempt : set.takeSecond(executors, nextAttemptId);
    }

    /** Notes that an attempt began; returns null if it is unknown, of another executor, or has begun before. */
    public @Nullable TaskAttempt started(long attemptId, ExecutorId executor) {
        TaskAttempt attempt = find(attemptId, executor);
        if (attempt == null || attempt.isStarted()) {
            return null;
        }
        attempt.start(clock.instant());
        return attempt;
    }

    /** Frees the slot of an attempt that ended; returns null if it is unknown or of another executor. */
    public @Nullable TaskAttempt ended(long attemptId, ExecutorId executor) {
        TaskAttempt attempt = find(attemptId, executor);
        if (attempt != null) {
            forget(attempt);
        }
        return attempt;
    }

    /** Returns an attempt that ended after its slot was given up; null if it is not such, or was returned before. */
    public @Nullable TaskAttempt endedTooLate(long attemptId, ExecutorId executor) {
        TaskAttempt attempt = givenUp.get(attemptId);
        return attempt != null && attempt.executor().equals(executor) ? givenUp.remove(attemptId) : null;
    }

    /** Returns a running attempt; null if it is unknown or of another executor. */
    public @Nullable TaskAttempt find(long attemptId, ExecutorId executor) {
        TaskAttempt attempt = attempts.get(attemptId);
        return attempt != null && attempt.executor().equals(executor) ? attempt : null;
    }

    /** Returns a running attempt, or null. */
    public @Nullable TaskAttempt find(long attemptId) {
        return attempts.get(attemptId);
    }

    /** Notes that an attempt did its work, for the comparison with those that take longer. */
    public void succeeded(TaskAttempt attempt) {
        if (policy.speculation().enabled()) {
            attempt.set().second().succeeded(attempt, clock.instant());
        }
    }

    private void forget(TaskAttempt attempt) {
        attempts.remove(attempt.key());
        if (!stopping.isEmpty()) {
            stopping.remove(attempt);
        }
        executors.release(attempt);
        attempt.set().ended(attempt);
        attempt.share().giveBack();
    }

    /** Asks every running attempt of a stage to stop, also those of retired sets. */
    public void killAll(int stageId, String reason, boolean interrupt) {
        for (TaskAttempt attempt : attempts.values()) {
            if (attempt.set().tasks().stageId() == stageId) {
                kill(attempt, reason, interrupt);
            }
        }
    }

    /** Asks an attempt to stop, unless it was asked before. */
    public void kill(TaskAttempt attempt, String reason, boolean interrupt) {
        if (attempt.killReason().isEmpty() || (interrupt && !attempt.isInterrupted())) {
            attempt.askToStop(reason, interrupt, clock.instant());
            stopping.add(attempt);
            commands.accept(new SchedulerCommand.Kill(
                    attempt.executor(), attempt.id(), attempt.killReason().orElse(reason), interrupt));
        }
    }

    // --- time

    /**
     * Interrupts attempts that have gone on too long after they were asked to stop, and gives up the slots of those that
     * ignored that, too.
     *
     * @return the attempts whose slots were given up; they count as ended
     */
    public List<TaskAttempt> insist() {
        if (stopping.isEmpty()) {
            return List.of();
        }
        Instant now = clock.instant();
        List<TaskAttempt> due = stopping.stream()
                .filter(attempt -> !patienceEnds(attempt).isAfter(now))
                .toList();
        for (TaskAttempt attempt : due) {
            if (!attempt.isInterrupted()) {
                kill(attempt, attempt.killReason().orElse(""), true);
            }
        }
        List<TaskAttempt> stubborn = due.stream()
                .filter(attempt -> !patienceEnds(attempt).isAfter(now))
                .toList();
        for (TaskAttempt attempt : stubborn) {
            forget(attempt);
            givenUp.put(attempt.id(), attempt);
            commands.accept(new SchedulerCommand.ReplaceSlot(attempt.executor(), attempt.id()));
        }
        return stubborn;
    }

    private Instant patienceEnds(TaskAttempt attempt) {
        Duration patience = attempt.isInterrupted() ? policy.replaceAfter() : policy.interruptAfter();
        return later(attempt.askedAt().orElse(Instant.MIN), patience);
    }

    /**
     * Looks for slow tasks if it is time to, and wants a second attempt for each.
     *
     * @param chosen told the set and the task of each
     */
    public void speculate(BiConsumer<TaskSet, Integer> chosen) {
        if (!policy.speculation().enabled() || attempts.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        if (lookedAt != null
                && now.isBefore(later(lookedAt, policy.speculation().interval()))) {
            return;
        }
        lookedAt = now;
        for (TaskSet set : live) {
            if (!set.isIrrevocable()) {
                BitSet slow = set.second().choose(set.firstAttempts(), set.size(), policy.speculation(), now);
                slow.stream().forEach(index -> chosen.accept(set, index));
                enlist(set);
            }
        }
    }

    /** Returns when something is to be looked at again although nothing happened; null if nothing is. */
    public @Nullable Instant nextLook() {
        Instant next = heldUntil;
        if (!stopping.isEmpty()) {
            for (TaskAttempt attempt : stopping) {
                next = earlier(next, patienceEnds(attempt));
            }
        }
        if (policy.speculation().enabled() && !attempts.isEmpty()) {
            Instant last = lookedAt == null ? clock.instant() : lookedAt;
            next = earlier(next, later(last, policy.speculation().interval()));
        }
        return next;
    }

    /** Returns a moment after another, the last there is if {@code wait} is longer: users wait for ever, too. */
    public static Instant later(Instant from, Duration wait) {
        boolean fits = wait.toSeconds() < Instant.MAX.getEpochSecond() - from.getEpochSecond();
        return fits ? from.plus(wait) : Instant.MAX;
    }

    /** Returns the earlier of two moments, of which the first may be missing. */
    public static Instant earlier(@Nullable Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
