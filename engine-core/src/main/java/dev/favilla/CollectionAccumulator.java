package dev.favilla;

import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects values that tasks add and the driver reads, null among them.
 *
 * <p>Additions made in an action count once per partition, when the action succeeds, in the order of the partitions;
 * additions made before a shuffle may count again when a map task runs again. Where executors share objects with the driver
 * the values are shared with it.
 *
 * @param <T> of the values
 */
public final class CollectionAccumulator<T extends @Nullable Object> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** In a task, the one of the attempt. */
    private final Values<T> values;

    CollectionAccumulator(Values<T> values) {
        this.values = values;
    }

    /** Returns the id, unique in its context. */
    public long id() {
        return values.id();
    }

    public String name() {
        return values.name;
    }

    /** Adds {@code value}. */
    public void add(T value) {
        List<T> one = new ArrayList<>(1);
        one.add(value);
        values.merge(one);
    }

    /** Returns the values so far in an unmodifiable list of their own; inside a task, those that this attempt has added. */
    public List<T> value() {
        return Collections.unmodifiableList(values.partial());
    }

    /** Returns whether nothing was added. */
    public boolean isZero() {
        return values.partial().isEmpty();
    }

    /** Forgets the driver's values. */
    public void reset() {
        values.reset();
    }

    @Override
    public String toString() {
        return "CollectionAccumulator(" + name() + ": " + values.partial().size() + " values)";
    }

    /** What was added, as the engine handles it. */
    static final class Values<T extends @Nullable Object> extends Accumulator<List<T>> {

        private static final long serialVersionUID = 1L;

        private final String name;
        private final transient List<T> added = new ArrayList<>();

        Values(ContextId owner, long id, String name) {
            super(owner, id);
            this.name = name;
        }

        @Override
        protected Values<T> zero() {
            return new Values<>(owner(), id(), name);
        }

        @Override
        protected List<T> partial() {
            synchronized (added) {
                return new ArrayList<>(added);
            }
        }

        @Override
        protected void merge(List<T> partial) {
            synchronized (added) {
                added.addAll(partial);
            }
        }

        void reset() {
            synchronized (added) {
                added.clear();
            }
        }
    }
}
