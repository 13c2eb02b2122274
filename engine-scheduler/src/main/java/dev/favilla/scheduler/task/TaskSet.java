package dev.favilla.scheduler.task;

import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.StorageLevel;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one stage attempt that are still to be done: a bit for each that waits for a slot, an {@link Attempt}
 * for each that runs.
 *
 * <p>A retired set launches nothing more. Its running attempts go on, and what they achieve is for their stage to
 * judge.
 */
public final class TaskSet {

    private final Tasks tasks;
    private final Retries retries;

    /** Tasks that wait for a slot. */
    private final BitSet queued;

    /** No task before this one is queued. */
    private int first;

    /** The latest attempt of each task that has one running, by task. */
    private final Map<Integer, Attempt> running = new HashMap<>();

    /** How often each task was launched here, for those launched more than once. */
    private final Map<Integer, Integer> relaunches = new HashMap<>();

    private final BitSet launched = new BitSet();

    private int jobId;
    private Map<Integer, StorageLevel> persisted;
    private boolean retired;

    /**
     * @param tasks what they have in common
     * @param pending the tasks to do; copied
     * @param retries the stage's counts of failures, shared by all its task sets
     * @param jobId the job they run for
     * @param persisted that job's storage levels
     */
    public TaskSet(Tasks tasks, BitSet pending, Retries retries, int jobId, Map<Integer, StorageLevel> persisted) {
        this.tasks = tasks;
        this.queued = (BitSet) pending.clone();
        this.retries = retries;
        this.jobId = jobId;
        this.persisted = persisted;
    }

    public Tasks tasks() {
        return tasks;
    }

    public Retries retries() {
        return retries;
    }

    /** Returns whether any of its tasks was ever launched. */
    public boolean hasLaunched() {
        return !launched.isEmpty();
    }

    int jobId() {
        return jobId;
    }

    boolean isRetired() {
        return retired;
    }

    void retire() {
        retired = true;
        queued.clear();
    }

    boolean hasQueued() {
        return firstQueued() >= 0;
    }

    private int firstQueued() {
        int next = queued.nextSetBit(first);
        if (next >= 0) {
            first = next;
        }
        return next;
    }

    void adopt(int newJobId, Map<Integer, StorageLevel> newPersisted) {
        jobId = newJobId;
        persisted = newPersisted;
    }

    /** Queues a task unless it is queued or runs. */
    void queue(int index) {
        if (!retired && !running.containsKey(index)) {
            queued.set(index);
            first = Math.min(first, index);
        }
    }

    /** Takes a task out of the queue, and returns its running attempt if it has one. */
    @Nullable
    Attempt dequeue(int index) {
        queued.clear(index);
        return running.get(index);
    }

    /** Takes the first queued task as an attempt. */
    Attempt take(long attemptId, ExecutorId executor) {
        int index = firstQueued();
        queued.clear(index);
        int number = 0;
        if (launched.get(index)) {
            number = relaunches.merge(index, 1, Integer::sum);
        }
        launched.set(index);
        Attempt attempt = new Attempt(attemptId, this, index, number, executor);
        running.put(index, attempt);
        return attempt;
    }

    void ended(Attempt attempt) {
        running.remove(attempt.index(), attempt);
    }

    TaskSpec spec(Attempt attempt) {
        return new TaskSpec(
                attempt.id(),
                jobId,
                tasks.stageId(),
                tasks.stageAttempt(),
                attempt.partition(),
                tasks.numPartitions(),
                attempt.number(),
                tasks.work(),
                tasks.inputs(),
                tasks.generations(),
                persisted);
    }

    @Override
    public String toString() {
        return "task set " + tasks.stageId() + "." + tasks.stageAttempt();
    }
}
