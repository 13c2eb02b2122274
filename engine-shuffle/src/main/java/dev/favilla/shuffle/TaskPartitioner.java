package dev.favilla.shuffle;

import dev.favilla.attempt.TaskScope;

/** A partitioner that calls functions of the user's, of which each attempt has its own copy. */
public interface TaskPartitioner extends Partitioner {

    /** Returns what places keys in the attempt of {@code scope}, as this one does. */
    Partitioner forTask(TaskScope scope);
}
