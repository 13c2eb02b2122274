package dev.favilla.scheduler;

import dev.favilla.attempt.TaskScope;
import java.io.Serializable;

/**
 * Tells the contexts of a JVM apart, so that a handle made by one is never taken for another's of the same number.
 *
 * @param bits random, different for each context
 */
public record ContextId(long bits) implements Serializable {

    /**
     * Checks that a handle is used in a task of the context that made it.
     *
     * @param handle how errors name it
     * @throws IllegalStateException if the attempt of {@code scope} runs in another context
     */
    public void require(TaskScope scope, String handle) {
        if (!of(scope, this).equals(this)) {
            throw new IllegalStateException(handle + " was made by another context than the one that runs "
                    + scope.owner() + ". Make it with the context whose datasets use it.");
        }
    }

    private static ContextId of(TaskScope scope, ContextId otherwise) {
        return scope.attachment(ContextId.class, ContextId.class, () -> otherwise);
    }
}
