package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.task.TaskAttempt;
import java.util.HashMap;
import java.util.Map;

/**
 * Says which attempt may make the output of a task final: the first that asks, and no other as long as that one runs. A
 * task that is done needs no other; if what it did is taken back, it is pending again, and may be committed again.
 */
final class OutputCommitCoordinator {

    private final DagState dag;
    /** The running attempts that may commit, by task. */
    private final Map<Task, Long> granted = new HashMap<>();

    private record Task(int stageId, int index) {}

    OutputCommitCoordinator(DagState dag) {
        this.dag = dag;
    }

    void asked(SchedulerEvent.CommitAsked event) {
        TaskAttempt attempt = dag.tasks.find(event.attemptId(), event.executor());
        boolean grant = attempt != null && attempt.killReason().isEmpty() && grant(attempt);
        dag.outbox.add(new SchedulerCommand.AnswerCommit(event.executor(), event.attemptId(), grant));
    }

    private boolean grant(TaskAttempt attempt) {
        Stage stage = dag.stages.byId(attempt.set().tasks().stageId());
        if (stage == null || !stage.isPending(attempt.index()) || !dag.inputs.isCurrent(attempt)) {
            return false;
        }
        return granted.computeIfAbsent(taskOf(attempt), task -> attempt.id()) == attempt.id();
    }

    private static Task taskOf(TaskAttempt attempt) {
        return new Task(attempt.set().tasks().stageId(), attempt.index());
    }

    /** Frees the right of an attempt that ended. */
    void ended(TaskAttempt attempt) {
        if (!granted.isEmpty()) {
            granted.remove(taskOf(attempt), attempt.id());
        }
    }

    /** Returns whether an attempt of the task may commit, so that another would be refused. */
    boolean isHeld(Stage stage, int index) {
        return !granted.isEmpty() && granted.containsKey(new Task(stage.id(), index));
    }
}
