package dev.favilla.scheduler.dag;

/**
 * Where one stage is in its life, and the only place that says what may happen next.
 *
 * <pre>{@code
 * Waiting --Submitted--> Running --Completed--> Done
 *  |    ^                   |                    |
 *  |    +-----InputLost-----+                    |
 *  |    +----InputChanged---+                    |
 *  |    +----------OutputLost, InputChanged------+
 *  +-----------------Completed------------------>      any but Failed --Aborted--> Failed
 * }</pre>
 *
 * <p>States are values: {@link #on} is a pure function from a state and an event to the next state. The scheduler's turn
 * owns the current value and performs the effects. Which partitions are pending is not part of the value: a stage of
 * 100,000 tasks would copy it 100,000 times. The stage keeps them in one bit set beside its state, and says {@code
 * Completed} when it is empty.
 */
sealed interface StageState {

    /**
     * Returns the state after {@code event}.
     *
     * <p>An older attempt's lost input changes nothing: the stage has been sent back for it once, and either runs again
     * or is about to.
     *
     * @throws IllegalStateException if the event cannot happen in this state, which is a scheduler bug
     */
    StageState on(StageEvent event);

    /**
     * Not all it reads is there, or nobody needs it yet.
     *
     * @param next the number its next attempt will have, from 0
     */
    record Waiting(int next) implements StageState {

        @Override
        public StageState on(StageEvent event) {
            if (event instanceof StageEvent.Submitted) {
                return new Running(next);
            }
            if (event instanceof StageEvent.Completed) { // by outputs of an earlier job, or attempts that went on
                return new Done(next);
            }
            if (event instanceof StageEvent.InputLost lost && lost.attempt() < next) {
                return this;
            }
            if (event instanceof StageEvent.OutputLost || event instanceof StageEvent.InputChanged) {
                return this;
            }
            if (event instanceof StageEvent.Aborted aborted) {
                return new Failed(aborted.reason());
            }
            throw cannot(this, event);
        }
    }

    /**
     * Its pending tasks are queued or running.
     *
     * @param attempt the number of this attempt
     */
    record Running(int attempt) implements StageState {

        @Override
        public StageState on(StageEvent event) {
            if (event instanceof StageEvent.Completed) {
                return new Done(attempt + 1);
            }
            if (event instanceof StageEvent.InputLost lost && lost.attempt() <= attempt) {
                return lost.attempt() < attempt ? this : new Waiting(attempt + 1);
            }
            if (event instanceof StageEvent.OutputLost) { // the partitions are queued again in the same attempt
                return this;
            }
            if (event instanceof StageEvent.InputChanged) {
                return new Waiting(attempt + 1);
            }
            if (event instanceof StageEvent.Aborted aborted) {
                return new Failed(aborted.reason());
            }
            throw cannot(this, event);
        }
    }

    /**
     * All partitions are done.
     *
     * @param next the number its next attempt will have, if what it did is lost
     */
    record Done(int next) implements StageState {

        @Override
        public StageState on(StageEvent event) {
            if (event instanceof StageEvent.InputLost lost && lost.attempt() < next) {
                return this;
            }
            if (event instanceof StageEvent.OutputLost || event instanceof StageEvent.InputChanged) {
                return new Waiting(next);
            }
            if (event instanceof StageEvent.Aborted aborted) {
                return new Failed(aborted.reason());
            }
            throw cannot(this, event);
        }
    }

    /**
     * It was given up, and its jobs with it.
     *
     * @param reason in words
     */
    record Failed(String reason) implements StageState {

        @Override
        public StageState on(StageEvent event) {
            throw cannot(this, event);
        }
    }

    private static IllegalStateException cannot(StageState state, StageEvent event) {
        return new IllegalStateException(
                "Scheduler bug: stage state " + state + " cannot take " + event + ". Please report this.");
    }
}
