package dev.favilla.value;

/** Something that exists outside tasks only, such as a dataset or a context: a function that captures it is refused. */
public interface DriverOnly {

    /** Explains, in a sentence, why it cannot be used inside a task and what to do instead. */
    String whyNotInTasks();
}
