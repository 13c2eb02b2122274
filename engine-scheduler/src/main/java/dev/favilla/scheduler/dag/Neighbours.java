package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;

/**
 * Tells whether an attempt ran at the same time as one of another job, on whatever executor. All share one heap: when it
 * is full, the error hits whoever asks next, not whoever has filled it.
 */
final class Neighbours {

    private static final int NO_JOB = -1;

    private final TaskScheduler tasks;

    private int lastJob = NO_JOB;
    private int jobBefore = NO_JOB;

    /** Attempts with smaller ids had been launched when the last one of that job ended. */
    private long launchedByLast;

    private long launchedBefore;

    Neighbours(TaskScheduler tasks) {
        this.tasks = tasks;
    }

    /** Notes that an attempt has ended. */
    void ended(TaskAttempt attempt) {
        int job = attempt.set().jobId();
        if (job != lastJob) {
            jobBefore = lastJob;
            launchedBefore = launchedByLast;
            lastJob = job;
        }
        launchedByLast = tasks.nextAttemptId();
    }

    /** Returns whether an attempt that has just ended had company. */
    boolean ranBeside(TaskAttempt attempt) {
        int job = attempt.set().jobId();
        return tasks.runsOther(job)
                || (lastJob != NO_JOB && lastJob != job && attempt.id() < launchedByLast)
                || (jobBefore != NO_JOB && jobBefore != job && attempt.id() < launchedBefore);
    }
}
