package dev.favilla.scheduler.executor;

import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;

/**
 * Has attempts run among the parts of one executor.
 *
 * <p><b>Threads.</b> May be used by any number of slots at once.
 */
final class TaskRunner {

    private final InProcessExecutor.Parts parts;
    private final Boundary boundary;
    private final Mailbox mailbox;
    private final InputVersions inputVersions = new InputVersions();

    TaskRunner(InProcessExecutor.Parts parts, Boundary boundary, Mailbox mailbox) {
        this.parts = parts;
        this.boundary = boundary;
        this.mailbox = mailbox;
    }

    /** Returns the run of {@code attempt}, which is still to begin. */
    TaskRun take(Attempt attempt) {
        return new TaskRun(attempt, parts, boundary, inputVersions, mailbox);
    }

    /** Returns the end of an attempt that never ran: killed if it was told to stop, else {@code otherwise}. */
    SchedulerEvent.AttemptEnded notRun(Attempt attempt, TaskOutcome otherwise) {
        TaskOutcome outcome =
                attempt.killReason().<TaskOutcome>map(TaskOutcome.Killed::new).orElse(otherwise);
        return new SchedulerEvent.AttemptEnded(attempt.spec().attemptId(), parts.id(), outcome, MetricValues.ZERO);
    }
}
