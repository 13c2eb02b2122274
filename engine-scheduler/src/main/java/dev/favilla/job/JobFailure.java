package dev.favilla.job;

import dev.favilla.task.TaskError;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a job failed, as data. */
public sealed interface JobFailure {

    /** Returns the reason in words. */
    String describe();

    /**
     * A task failed as often as it may.
     *
     * @param stageId its stage
     * @param stageName for example {@code map at Report.java:12}
     * @param partition its partition
     * @param attempts how many attempts were made
     * @param executor where the last one ran
     * @param error what the last one threw
     * @param history how each earlier attempt ended
     */
    record TaskFailed(
            int stageId,
            String stageName,
            int partition,
            int attempts,
            String executor,
            TaskError error,
            List<String> history)
            implements JobFailure {

        public TaskFailed {
            history = List.copyOf(history);
        }

        @Override
        public String describe() {
            return "partition " + partition + " of stage " + stageId + " (" + stageName + ") failed " + attempts
                    + (attempts == 1 ? " time" : " times") + ", the last time on " + executor + ": "
                    + error.text();
        }
    }

    /**
     * A limit or rule of the scheduler ended the job.
     *
     * @param reason what happened, which limit, and what to change
     * @param error the scheduler's own error, if that was the reason
     */
    record Aborted(String reason, @Nullable Throwable error) implements JobFailure {

        @Override
        public String describe() {
            return reason;
        }

        /** Returns the error behind it, if there is one. */
        public Optional<Throwable> cause() {
            return Optional.ofNullable(error);
        }
    }
}
