package dev.favilla.task;

/**
 * Thrown by an attempt that was not allowed to make its output final: another attempt of its partition may. Ends the
 * attempt without being held against its task.
 */
public final class CommitDeniedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param context of the attempt that was denied */
    public CommitDeniedException(TaskContext context) {
        super("Attempt " + context.attemptId() + " of partition " + context.partition() + " of stage "
                + context.stageId() + " may not commit its output: another attempt of the partition may");
    }
}
