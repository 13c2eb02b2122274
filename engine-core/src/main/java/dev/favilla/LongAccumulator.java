package dev.favilla;

import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import java.io.Serializable;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sums whole numbers that tasks add and the driver reads.
 *
 * <p>Additions made in an action count once per partition, when the action succeeds; additions made before a shuffle
 * may count again when a map task runs again.
 */
public final class LongAccumulator implements Serializable {

    private static final long serialVersionUID = 1L;

    /** In a task, the one of the attempt. */
    private final Totals totals;

    LongAccumulator(Totals totals) {
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
    public void add(long value) {
        totals.sum.add(value);
        totals.count.increment();
    }

    /** Returns the sum; inside a task, of what this attempt has added. */
    public long sum() {
        return totals.sum.sum();
    }

    /** Returns how many numbers were added. */
    public long count() {
        return totals.count.sum();
    }

    /** Returns the average, NaN of nothing. */
    public double avg() {
        return (double) sum() / count();
    }

    /** Returns the sum. */
    public long value() {
        return sum();
    }

    /** Returns whether nothing was added. */
    public boolean isZero() {
        return count() == 0;
    }

    /** Sets the driver's value back to zero. */
    public void reset() {
        totals.sum.reset();
        totals.count.reset();
    }

    @Override
    public String toString() {
        return "LongAccumulator(" + name() + ": " + sum() + ")";
    }

    /** What was added, as the engine handles it. */
    static final class Totals extends Accumulator<Partial> {

        private static final long serialVersionUID = 1L;

        private final String name;
        private final transient LongAdder sum = new LongAdder();
        private final transient LongAdder count = new LongAdder();

        Totals(ContextId owner, long id, String name) {
            super(owner, id);
            this.name = name;
        }

        @Override
        protected Totals zero() {
            return new Totals(owner(), id(), name);
        }

        @Override
        protected Partial partial() {
            return new Partial(sum.sum(), count.sum());
        }

        @Override
        protected void merge(Partial partial) {
            sum.add(partial.sum());
            count.add(partial.count());
        }
    }

    /** What one attempt added. */
    record Partial(long sum, long count) implements Serializable {}
}
