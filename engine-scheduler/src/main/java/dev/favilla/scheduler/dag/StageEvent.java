package dev.favilla.scheduler.dag;

/** What can happen to a stage. */
sealed interface StageEvent {

    /** Nothing that it reads is missing, and its tasks are queued. */
    record Submitted() implements StageEvent {}

    /** Every partition is done. */
    record Completed() implements StageEvent {}

    /**
     * An attempt of a task found an input lost.
     *
     * @param attempt the stage attempt it belonged to
     */
    record InputLost(int attempt) implements StageEvent {}

    /** Finished partitions are lost: their executor is gone, or what they left is damaged. */
    record OutputLost() implements StageEvent {}

    /** What it reads has other contents than before, so what it did is void. */
    record InputChanged() implements StageEvent {}

    /**
     * A limit was reached.
     *
     * @param reason in words
     */
    record Aborted(String reason) implements StageEvent {}
}
