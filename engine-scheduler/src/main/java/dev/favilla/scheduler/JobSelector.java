package dev.favilla.scheduler;

/** Which jobs are meant. */
public sealed interface JobSelector {

    /** The job with this id. */
    record One(int jobId) implements JobSelector {}

    /**
     * The jobs of a group.
     *
     * @param group its name
     * @param alsoFuture whether jobs submitted to it later are meant, too
     */
    record InGroup(String group, boolean alsoFuture) implements JobSelector {}

    /** The jobs that carry a tag. */
    record WithTag(String tag) implements JobSelector {}

    /** The jobs that need a stage. */
    record UsingStage(int stageId) implements JobSelector {}

    /** All of them. */
    record All() implements JobSelector {}
}
