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

    /**
     * Has {@code then} run when the job has ended, on the thread that ends it, or here if it has ended already. Not where
     * the scheduler itself has failed, or was closed. Only one can wait.
     *
     * @param then short; takes no locks that are held while something waits; throws nothing
     */
    void whenEnded(Runnable then);

    /** Returns whether the job has ended. */
    boolean isEnded();

    /** Returns how the job ended, if it has. */
    Optional<JobOutcome> outcome();

    /** Asks the job to stop. Returns at once; the job ends as {@link JobOutcome.Cancelled} unless it ended before. */
    void cancel(String reason);
}
