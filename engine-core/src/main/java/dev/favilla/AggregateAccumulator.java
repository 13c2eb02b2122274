package dev.favilla;

import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import dev.favilla.stats.Aggregate;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates values that tasks add and the driver reads, in a way of the user's: see {@link EngineContext#accumulator}.
 *
 * <p>Additions made in an action count once per partition, when the action succeeds, in the order of the partitions;
 * additions made before a shuffle may count again when a map task runs again. What tasks add must be serializable as records
 * are; where executors share objects with the driver it is shared with it.
 *
 * <p><b>Cost.</b> What tasks have added waits, one part per task, until somebody reads it: the aggregate's functions run on
 * the thread that reads, and in tasks.
 *
 * @param <T> of what is added
 * @param <R> of what is read
 */
public final class AggregateAccumulator<T extends @Nullable Object, R extends @Nullable Object>
        implements Serializable {

    private static final long serialVersionUID = 1L;

    /** In a task, the one of the attempt. */
    private final Parts<T, ?, R> parts;

    AggregateAccumulator(Parts<T, ?, R> parts) {
        this.parts = parts;
    }

    /** Returns the id, unique in its context. */
    public long id() {
        return parts.id();
    }

    public String name() {
        return parts.name;
    }

    /** Adds {@code value}. What the aggregate throws fails the task. */
    public void add(T value) {
        parts.add(value);
    }

    /** Returns what all values come to; inside a task, those that this attempt has added. */
    public R value() {
        return parts.value();
    }

    /** Returns whether nothing was added. */
    public boolean isZero() {
        return parts.isZero();
    }

    /** Sets the driver's value back to that of nothing. */
    public void reset() {
        parts.reset();
    }

    @Override
    public String toString() {
        return "AggregateAccumulator(" + name() + ": " + value() + ")";
    }

    /** What was added, as the engine handles it. */
    static final class Parts<T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
            extends Accumulator<Part> {

        private static final long serialVersionUID = 1L;

        private final String name;
        private final Aggregate<T, A, R> aggregate;

        /** Null before the first value. */
        private transient @Nullable Part part;

        /** What came from tasks and was not merged yet: on the scheduler's turn no user code may run. */
        private final transient Deque<Part> waiting = new ArrayDeque<>();

        Parts(ContextId owner, long id, String name, Aggregate<T, A, R> aggregate) {
            super(owner, id);
            this.name = name;
            this.aggregate = aggregate;
        }

        @Override
        protected Parts<T, A, R> zero() {
            return new Parts<>(owner(), id(), name, aggregate);
        }

        synchronized void add(T value) {
            try {
                part = new Part(aggregate.add(current(), value));
            } catch (Exception e) {
                throw failed(e);
            }
        }

        @Override
        protected synchronized Part partial() {
            Part now = part;
            return now == null ? Part.NOTHING : now;
        }

        @Override
        protected synchronized void merge(Part partial) {
            if (partial.added()) {
                waiting.add(partial);
            }
        }

        private void mergeAll() throws Exception {
            while (!waiting.isEmpty()) {
                Part next = waiting.remove();
                part = new Part(aggregate.merge(current(), typed(next)));
            }
        }

        private A current() throws Exception {
            Part now = part;
            return now == null ? aggregate.zero() : typed(now);
        }

        @SuppressWarnings({"unchecked", "NullAway"}) // parts are made by this aggregate; null only where A admits it
        private A typed(Part partial) {
            return (A) partial.value();
        }

        synchronized R value() {
            try {
                mergeAll();
                return aggregate.finish(current());
            } catch (Exception e) {
                throw failed(e);
            }
        }

        synchronized boolean isZero() {
            return part == null && waiting.isEmpty();
        }

        synchronized void reset() {
            part = null;
            waiting.clear();
        }

        private RuntimeException failed(Exception e) {
            return e instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException("The aggregate of accumulator '" + name + "' failed: " + e, e);
        }
    }

    /**
     * What one attempt added.
     *
     * @param added whether it added anything
     */
    record Part(@Nullable Object value, boolean added) implements Serializable {

        static final Part NOTHING = new Part(null, false);

        Part(@Nullable Object value) {
            this(value, true);
        }
    }
}
