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

        long bytes(long id);

        /** Drops the executors' copies. */
        void unpersist(long id);

        /**
         * Forgets the value.
         *
         * @param why what those are told who use it from now on
         */
        void destroy(long id, String why);
    }

    /** Returns the id, unique in its context. */
    public long id() {
        return id;
    }

    /**
     * Returns the value: the original outside of tasks, the executor's copy inside.
     *
     * @throws IllegalStateException after {@link #destroy} or after the context was closed
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // what was put under this id is a T, null only if T admits it
    public T value() {
        return (T) source.value(id);
    }

    /**
     * Returns how many bytes the value has, serialized.
     *
     * @throws IllegalStateException inside tasks, after {@link #destroy}, or after the context was closed
     */
    public long serializedBytes() {
        return source.bytes(id);
    }

    /**
     * Drops the executors' copies; they are made again when used again.
     *
     * @throws IllegalStateException inside tasks
     */
    public void unpersist() {
        source.unpersist(id);
    }

    /**
     * Forgets the value; using it from now on is an error that names this call.
     *
     * @throws IllegalStateException inside tasks
     */
    public void destroy() {
        source.destroy(id, CallSites.here("destroy") + " destroyed it");
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
