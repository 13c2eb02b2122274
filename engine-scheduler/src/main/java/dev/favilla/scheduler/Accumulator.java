package dev.favilla.scheduler;

import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import java.io.Serializable;

/**
 * A value that tasks add to and the driver reads. A function that captures one gets, in each attempt, a local one that
 * starts at zero; the updates of accepted attempts come back with their results.
 *
 * <p>Updates of result tasks are applied once per partition, in partition order, when the job succeeds. Updates of map
 * tasks are applied with every accepted output, so a map task that runs again counts again.
 *
 * @param <P> what travels from an attempt to the driver
 */
public abstract class Accumulator<P> implements TaskBound, Serializable {

    private static final long serialVersionUID = 1L;

    private final ContextId owner;
    private final long id;

    /**
     * @param owner the context that makes it
     * @param id unique in the context
     */
    protected Accumulator(ContextId owner, long id) {
        this.owner = owner;
        this.id = id;
    }

    /** Returns the context that made it. */
    protected final ContextId owner() {
        return owner;
    }

    public final long id() {
        return id;
    }

    /** Returns a fresh accumulator of the same kind and id, at zero, for one attempt. */
    protected abstract Accumulator<P> zero();

    /** Returns what this attempt has added. */
    protected abstract P partial();

    /** Adds what an attempt has added. May be called from any thread. */
    protected abstract void merge(P partial);

    @Override
    public final Object bindTo(TaskScope scope) {
        owner.require(scope, "Accumulator " + id);
        return TaskAccumulators.of(scope).local(this);
    }
}
