package dev.favilla;

import dev.favilla.job.JobFailure;
import dev.favilla.lineage.CallSite;
import dev.favilla.task.TaskError;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A job failed. The message names the action, the operation and record that failed, the partition and its attempts; the
 * cause is the user's own exception, untouched, where user code threw one. From an isolated executor comes a copy of it;
 * if it cannot be copied there is no cause, and the message has its stack in words.
 */
public sealed class JobFailedException extends EngineException permits OutOfHeapException {

    private static final long serialVersionUID = 1L;

    private final int jobId;
    private final transient @Nullable JobFailure failure;

    /** @param names the names users have given to datasets, by id */
    JobFailedException(int jobId, CallSite action, JobFailure failure, Map<Integer, String> names) {
        this(jobId, action, failure, names, "", rootOf(failure));
    }

    /** @param advice what to change, as a sentence after a space */
    JobFailedException(int jobId, CallSite action, JobFailure failure, Map<Integer, String> names, String advice) {
        this(jobId, action, failure, names, advice, rootOf(failure));
    }

    /** @param root asked for once: what came as bytes is another copy each time, read by user code */
    private JobFailedException(
            int jobId,
            CallSite action,
            JobFailure failure,
            Map<Integer, String> names,
            String advice,
            @Nullable Throwable root) {
        super(
                "Job " + jobId + " (" + action + ") failed: " + describe(failure, names)
                        + advice
                        + (root == null ? inWords(failure) : ""),
                root);
        this.jobId = jobId;
        this.failure = failure;
    }

    /** The stack, for an exception that could not be written in its task or cannot be read back here. */
    private static String inWords(JobFailure failure) {
        return failure instanceof JobFailure.TaskFailed task
                ? task.error()
                        .stack()
                        .map(stack -> " The exception could not be brought here as an object; in words: " + stack)
                        .orElse("")
                : "";
    }

    private static String describe(JobFailure failure, Map<Integer, String> names) {
        if (!(failure instanceof JobFailure.TaskFailed task)) {
            return failure.describe();
        }
        TaskError error = task.error();
        String what = error.operation()
                .map(operation -> name(error, names) + operation + " threw " + error.text() + " on record "
                        + error.record().orElse(""))
                .orElse(error.text());
        return withoutPeriod(what) + ". Partition " + task.partition() + " of stage " + task.stageId() + " ("
                + task.stageName()
                + ") was tried " + task.attempts() + (task.attempts() == 1 ? " time" : " times") + ", the last on "
                + task.executor() + "."
                + (task.history().isEmpty() ? "" : " Before that: " + String.join("; ", task.history()) + ".");
    }

    private static String withoutPeriod(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String name(TaskError error, Map<Integer, String> names) {
        OptionalInt dataset = error.datasetId();
        String name = dataset.isPresent() ? names.get(dataset.getAsInt()) : null;
        return name == null ? "" : "'" + name + "' ";
    }

    private static @Nullable Throwable rootOf(JobFailure failure) {
        if (failure instanceof JobFailure.TaskFailed task) {
            return task.error().thrown().orElse(null);
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
