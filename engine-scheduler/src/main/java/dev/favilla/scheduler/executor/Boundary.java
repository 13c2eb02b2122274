package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskOutcome;

/** What tasks and outcomes pass on their way into an executor and out of it. Called in slots, by several at once. */
interface Boundary {

    /** For an executor that shares its objects with the driver. */
    Boundary NONE = new Boundary() {

        @Override
        public TaskSpec enter(TaskSpec task) {
            return task;
        }

        @Override
        public TaskOutcome leave(TaskOutcome outcome, TaskScope scope) {
            return outcome;
        }
    };

    /** Returns the attempt with its work as the executor is to see it. */
    TaskSpec enter(TaskSpec task) throws Exception;

    /**
     * Returns the outcome as the driver is to see it. What cannot leave is a failure instead.
     *
     * @param scope of the attempt, closed
     */
    TaskOutcome leave(TaskOutcome outcome, TaskScope scope);
}
