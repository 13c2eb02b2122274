package dev.favilla.scheduler;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs. May be used from any thread.
 *
 * <p>Submitting never runs user code: partitions were resolved before, tasks run in slots.
 */
public interface JobScheduler {

    /**
     * Submits a job and returns at once. Whatever is thrown here, also an error of the calling thread, there is no job
     * then, or it ends by itself.
     *
     * @throws IllegalStateException after {@link #close}
     */
    JobHandle submit(JobRequest request);

    /**
     * Returns the results that partitions of a running job have left so far: at most one of each, in the order of the
     * request's partitions, and all computed from the same input. Some may be taken back later. Empty if the job has ended.
     */
    Optional<List<@Nullable Object>> staged(int jobId);

    /** Cancels jobs. Returns at once; unknown and ended ones are ignored. */
    void cancel(JobSelector jobs, String reason);

    /** Has a running attempt stopped and its task tried again. Returns at once. */
    void killAttempt(long attemptId, String reason);

    /**
     * Adds an executor, which is closed with the scheduler.
     *
     * @param executor makes it, given where its events go
     * @throws IllegalArgumentException if there is or was one of its id
     * @throws IllegalStateException after {@link #close}
     */
    void addExecutor(ExecutorMaker executor);

    /** Returns the executors that work, and those that are gone and hold something all the same. */
    List<ExecutorBackend> executors();

    /**
     * Has an executor take no more attempts, and lets go of it once those it runs have ended. Unknown ones are ignored.
     *
     * @throws IllegalStateException if no other would be left to run tasks
     */
    void drainExecutor(ExecutorId executor);

    /** Drops an executor with all it holds, as if it had died. Returns at once; unknown ones are ignored. */
    void loseExecutor(ExecutorId executor, String reason);

    /**
     * Drops an executor like {@link #loseExecutor}, and puts another into its place in the same moment. Returns at once;
     * for an unknown one nothing is done.
     *
     * @param replacement makes the other, given where its events go
     * @throws IllegalStateException after {@link #close}
     */
    void replaceExecutor(ExecutorId executor, String reason, ExecutorMaker replacement);

    /** Returns the jobs, stages and executors of this moment and a bounded number of ended ones. */
    SchedulerStatus status();

    /** Begins to tell {@code listener} what happens from now on. */
    void addListener(EngineListener listener);

    /** Tells {@code listener} no more. Unknown listeners are ignored. */
    void removeListener(EngineListener listener);

    /** Hands an event of a module above to the observers. */
    void publish(EngineEvent.Extension event);

    /** Forgets the cached blocks of a dataset. Returns at once; blocks being read go when their last reader ends. */
    void unpersist(int rddId);

    /** Forgets the map outputs of a shuffle that nobody can read any more. */
    void release(int shuffleId);

    /** Returns what the scheduler holds now; all zero but the executors when nothing runs. */
    SchedulerTables tables();

    /** Returns how many events listeners lost because their queues were full. */
    long droppedEvents();

    /**
     * Fails all running jobs, stops the executors and gives back all threads within {@code deadline}. Closing twice is
     * harmless.
     *
     * @return what did not stop in time, one line each with its stack; empty if all is gone
     */
    List<String> close(Duration deadline);
}
