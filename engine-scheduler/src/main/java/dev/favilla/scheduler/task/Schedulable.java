package dev.favilla.scheduler.task;

/** Something that is given slots: a task set, or a pool of what is given slots. */
sealed interface Schedulable permits Pool, TaskSet {

    String name();

    /** Returns the job it belongs to; of a pool, 0. */
    int jobId();

    /** Returns the stage it belongs to; of a pool, 0. */
    int stageId();

    /** Returns its part of the slots relative to its neighbours. */
    int weight();

    /** Returns how many slots it is given before its neighbours get more than theirs. */
    int minShare();

    /** Returns how many attempts of it run. */
    int running();
}
