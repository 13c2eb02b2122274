package dev.favilla;

import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import java.io.Serializable;

/**
 * Sums numbers that tasks add and the driver reads.
 *
 * <p>Additions made in an action count once per partition, when the action succeeds, in the order of the partitions;
 * additions made before a shuffle may count again when a map task runs again.
 */
public final class DoubleAccumulator implements Serializable {

    private static final long serialVersionUID = 1L;

    /** In a task, the one of the attempt. */
    private final Totals totals;

    DoubleAccumulator(Totals totals) {
        this.totals = totals;
    }

    /** Returns the id, unique in its context. */
    public long id() {
        return totals.id();
    }

    public String name() {
        return totals.name;
    }

    /** Adds {@code value}. */
    public void add(double value) {
        totals.merge(new Partial(value, 1));
    }

    /** Returns the sum; inside a task, of what this attempt has added. */
    public double sum() {
        return totals.partial().sum();
    }

    /** Returns how many numbers were added. */
    public long count() {
        return totals.partial().count();
    }

    /** Returns the average, NaN of nothing. */
    public double avg() {
        Partial now = totals.partial();
        return now.sum() / now.count();
    }

    /** Returns the sum. */
    public double value() {
        return sum();
    }

    /** Returns whether nothing was added. */
    public boolean isZero() {
        return count() == 0;
    }

    /** Sets the driver's value back to zero. */
    public void reset() {
        totals.reset();
    }

    @Override
    public String toString() {
        return "DoubleAccumulator(" + name() + ": " + sum() + ")";
    }

    /** What was added, as the engine handles it. */
    static final class Totals extends Accumulator<Partial> {

        private static final long serialVersionUID = 1L;

        private final String name;

        private transient double sum;
        private transient long count;

        Totals(ContextId owner, long id, String name) {
            super(owner, id);
            this.name = name;
        }

        @Override
        protected Totals zero() {
            return new Totals(owner(), id(), name);
        }

        @Override
        protected synchronized Partial partial() {
            return new Partial(sum, count);
        }

        @Override
        protected synchronized void merge(Partial partial) {
            sum += partial.sum();
            count += partial.count();
        }

        synchronized void reset() {
            sum = 0;
            count = 0;
        }
    }

    /** What one attempt added. */
    record Partial(double sum, long count) implements Serializable {}
}
