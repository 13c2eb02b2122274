package dev.favilla.job;

import dev.favilla.status.JobReport;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a job ended. */
public sealed interface JobOutcome {

    /** Returns what the job did until it ended. */
    JobReport report();

    /**
     * All partitions were computed; the waiting thread makes the result of the staged ones.
     *
     * @param staged in the order of the request's partitions; may contain nulls
     * @param report what was done
     */
    record Staged(List<@Nullable Object> staged, JobReport report) implements JobOutcome {

        public Staged {
            staged = Collections.unmodifiableList(staged);
        }
    }

    /**
     * The staged results were merged in a slot.
     *
     * @param result the job's result
     * @param report what was done
     */
    record Merged(@Nullable Object result, JobReport report) implements JobOutcome {}

    /**
     * The job failed.
     *
     * @param failure why
     * @param report what was done
     */
    record Failed(JobFailure failure, JobReport report) implements JobOutcome {}

    /**
     * The job was cancelled.
     *
     * @param reason as given
     * @param report what was done
     */
    record Cancelled(String reason, JobReport report) implements JobOutcome {}
}
