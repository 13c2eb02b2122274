package dev.favilla.examples;

import dev.favilla.task.TaskContext;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** User code that fails in the first attempt of every task, to see that the answer stays the same. */
final class FirstAttempt {

    private FirstAttempt() {}

    /** Returns {@code records}, unless this is the first attempt at them. */
    static <T extends @Nullable Object> Iterator<T> fails(Iterator<T> records) {
        TaskContext task = TaskContext.get();
        if (task != null && task.attemptNumber() == 0) {
            throw new IllegalStateException("the first attempt fails, as --fail-first asks for");
        }
        return records;
    }
}
