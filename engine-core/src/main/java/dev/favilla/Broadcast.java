package dev.favilla;

import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import dev.favilla.scheduler.ContextId;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A read-only value that tasks share: one copy per executor, however many tasks use it. Capture the broadcast in a
 * function, never its value.
 *
 * <p>Changes made to the original after {@link EngineContext#broadcast} are not seen by tasks.
 */
public final class Broadcast<T> implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long id;
    private final transient Source source;

    Broadcast(long id, Source source) {
        this.id = id;
        this.source = source;
    }

    /** Where a handle finds its value. */
    interface Source {

        @Nullable
        Object value(long id);

        /** Returns the context that makes the handles. */
        ContextId owner();
    }

    /** Returns the id, unique in its context. */
    public long id() {
        return id;
    }

    /**
     * Returns the value: the original outside of tasks, the executor's copy inside.
     *
     * @throws IllegalStateException after {@link EngineContext#destroy} or after the context was closed
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what was put under this id is a T, null only if T admits it
    public T value() {
        return (T) source.value(id);
    }

    /** Returns whether this is a handle of {@code source}. */
    boolean isFrom(Source other) {
        return source == other;
    }

    private Object writeReplace() {
        return new Reference(source.owner(), id);
    }

    @Override
    public String toString() {
        return "Broadcast(" + id + ")";
    }

    /** What travels in a function instead of the value. */
    private record Reference(ContextId owner, long id) implements TaskBound, Serializable {

        @Override
        public Object bindTo(TaskScope scope) {
            owner.require(scope, "Broadcast(" + id + ")");
            return new Broadcast<>(id, BroadcastCopies.of(scope));
        }
    }
}
