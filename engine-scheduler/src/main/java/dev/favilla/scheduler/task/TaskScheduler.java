package dev.favilla.scheduler.task;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.StorageLevel;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the slots of the executors from the task sets: those of earlier jobs first, of one job those of earlier stages.
 *
 * <p>It says what it wants done through the consumer it was made with. Every attempt it launches stays in its table
 * until its end is reported or its executor is removed, so a slot is never given twice.
 */
public final class TaskScheduler {

    private final Consumer<SchedulerCommand> commands;
    private final Executors executors = new Executors();

    /** Launched and not ended, by id. */
    private final Map<Long, Attempt> attempts = new TreeMap<>();

    /** Submitted and not retired. */
    private final Set<TaskSet> live = new HashSet<>();

    /** Live sets with queued tasks, the next to be served first. */
    private final TreeSet<TaskSet> ready = new TreeSet<>(Comparator.comparingInt(TaskSet::jobId)
            .thenComparingInt(set -> set.tasks().stageId()));

    private long nextAttemptId;

    public TaskScheduler(Consumer<SchedulerCommand> commands) {
        this.commands = commands;
    }

    public int executorCount() {
        return executors.count();
    }

    public int liveSets() {
        return live.size();
    }

    /** Returns how many attempts were launched and have not ended. */
    public int attemptCount() {
        return attempts.size();
    }

    /** Returns the id that the next attempt will have; all before have smaller ones. */
    public long nextAttemptId() {
        return nextAttemptId;
    }

    public boolean isLive(ExecutorId executor) {
        return executors.isLive(executor);
    }

    /** Adds an executor; returns false if it is there already. */
    public boolean addExecutor(ExecutorId executor, int slots) {
        return executors.add(executor, slots);
    }

    /**
     * Removes an executor.
     *
     * @return the attempts that end with it, in the order of their launch; empty if there is no such executor
     */
    public Optional<List<Attempt>> removeExecutor(ExecutorId executor) {
        if (!executors.remove(executor)) {
            return Optional.empty();
        }
        List<Attempt> gone = attempts.values().stream()
                .filter(attempt -> attempt.executor().equals(executor))
                .toList();
        gone.forEach(this::forget);
        return Optional.of(gone);
    }

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

    /** Runs what a set launches from now on for another job, at that job's place in the queue. */
    public void adopt(TaskSet set, int jobId, Map<Integer, StorageLevel> persisted) {
        ready.remove(set);
        set.adopt(jobId, persisted);
        enlist(set);
    }

    /** Queues a task again, unless it is queued or runs. */
    public void queue(TaskSet set, int index) {
        set.queue(index);
        enlist(set);
    }

    /** Takes a task off a live set because an attempt of an older set did it. */
    public void dequeue(TaskSet set, int index, String reason) {
        Attempt running = set.dequeue(index);
        if (!set.hasQueued()) {
            ready.remove(set);
        }
        if (running != null) {
            kill(running, reason);
        }
    }

    private void enlist(TaskSet set) {
        if (!set.isRetired() && set.hasQueued()) {
            ready.add(set);
        }
    }

    /** Launches the next queued task, or returns null if no slot is free or nothing is queued. */
    public @Nullable Attempt launchNext() {
        if (ready.isEmpty()) {
            return null;
        }
        ExecutorId executor = executors.leastLoaded();
        if (executor == null) {
            return null;
        }
        TaskSet set = ready.first();
        Attempt attempt = set.take(nextAttemptId++, executor);
        if (!set.hasQueued()) {
            ready.remove(set);
        }
        attempts.put(attempt.id(), attempt);
        executors.take(executor);
        commands.accept(new SchedulerCommand.Launch(executor, set.spec(attempt)));
        return attempt;
    }

    /** Notes that an attempt began; returns null if it is unknown, of another executor, or has begun before. */
    public @Nullable Attempt started(long attemptId, ExecutorId executor) {
        Attempt attempt = find(attemptId, executor);
        if (attempt == null || attempt.isStarted()) {
            return null;
        }
        attempt.start();
        return attempt;
    }

    /** Frees the slot of an attempt that ended; returns null if it is unknown or of another executor. */
    public @Nullable Attempt ended(long attemptId, ExecutorId executor) {
        Attempt attempt = find(attemptId, executor);
        if (attempt != null) {
            forget(attempt);
        }
        return attempt;
    }

    private @Nullable Attempt find(long attemptId, ExecutorId executor) {
        Attempt attempt = attempts.get(attemptId);
        return attempt != null && attempt.executor().equals(executor) ? attempt : null;
    }

    private void forget(Attempt attempt) {
        attempts.remove(attempt.id());
        executors.release(attempt.executor());
        attempt.set().ended(attempt);
    }

    /** Asks every running attempt of a stage to stop, also those of retired sets. */
    public void killAll(int stageId, String reason) {
        for (Attempt attempt : attempts.values()) {
            if (attempt.set().tasks().stageId() == stageId) {
                kill(attempt, reason);
            }
        }
    }

    private void kill(Attempt attempt, String reason) {
        if (attempt.killReason().isEmpty()) { // the first reason stays
            attempt.askToStop(reason);
            commands.accept(new SchedulerCommand.Kill(attempt.executor(), attempt.id(), reason));
        }
    }
}
