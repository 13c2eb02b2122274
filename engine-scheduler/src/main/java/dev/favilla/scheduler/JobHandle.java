package dev.favilla.scheduler;

import dev.favilla.job.JobOutcome;
import java.time.Duration;
import java.util.Optional;

/** A submitted job. May be used from any thread. */
public interface JobHandle {

    int jobId();

    /** Waits until the job has ended. Interrupting the waiting thread does not cancel the job. */
    JobOutcome await() throws InterruptedException;

    /** Waits until the job has ended, or for {@code timeout}; empty if it has not ended by then. */
    Optional<JobOutcome> await(Duration timeout) throws InterruptedException;

    /** Asks the job to stop. Returns at once; the job ends as {@link JobOutcome.Cancelled} unless it ended before. */
    void cancel(String reason);
}
