package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.ErrorText;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.scheduler.JobFailure;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A job failed. The message names the action, the operation and record that failed, the partition and its attempts; the
 * cause is the user's own exception, untouched, where user code threw one.
 */
public final class JobFailedException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final int jobId;
    private final transient @Nullable JobFailure failure;

    /** @param names the names users have given to datasets, by id */
    JobFailedException(int jobId, CallSite action, JobFailure failure, Map<Integer, String> names) {
        super("Job " + jobId + " (" + action + ") failed: " + describe(failure, names), rootOf(failure));
        this.jobId = jobId;
        this.failure = failure;
    }

    private static String describe(JobFailure failure, Map<Integer, String> names) {
        if (!(failure instanceof JobFailure.TaskFailed task)) {
            return failure.describe();
        }
        String what = task.error() instanceof UserCodeException user
                ? name(user, names) + user.operation() + " threw " + ErrorText.of(user.getCause()) + " on record "
                        + user.record()
                : ErrorText.of(task.error());
        return withoutPeriod(what) + ". Partition " + task.partition() + " of stage " + task.stageId() + " ("
                + task.stageName()
                + ") was tried " + task.attempts() + (task.attempts() == 1 ? " time" : " times") + ", the last on "
                + task.executor() + "."
                + (task.history().isEmpty() ? "" : " Before that: " + String.join("; ", task.history()) + ".");
    }

    private static String withoutPeriod(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String name(UserCodeException user, Map<Integer, String> names) {
        OptionalInt dataset = user.datasetId();
        String name = dataset.isPresent() ? names.get(dataset.getAsInt()) : null;
        return name == null ? "" : "'" + name + "' ";
    }

    private static @Nullable Throwable rootOf(JobFailure failure) {
        if (failure instanceof JobFailure.TaskFailed task) {
            return task.error() instanceof UserCodeException user ? user.getCause() : task.error();
        }
        return ((JobFailure.Aborted) failure).error();
    }

    public int jobId() {
        return jobId;
    }

    /** Returns the stage whose task failed; empty if no single task was to blame. */
    public OptionalInt stageId() {
        return failure instanceof JobFailure.TaskFailed task ? OptionalInt.of(task.stageId()) : OptionalInt.empty();
    }

    /** Returns the partition whose task failed; empty if no single task was to blame. */
    public OptionalInt partition() {
        return failure instanceof JobFailure.TaskFailed task ? OptionalInt.of(task.partition()) : OptionalInt.empty();
    }

    /** Returns how many attempts were made at that partition; empty if no single task was to blame. */
    public OptionalInt attempts() {
        return failure instanceof JobFailure.TaskFailed task ? OptionalInt.of(task.attempts()) : OptionalInt.empty();
    }
}
