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
public final class LongAccumulator extends Accumulator<LongAccumulator.Totals> {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient LongAdder sum = new LongAdder();
    private final transient LongAdder count = new LongAdder();

    LongAccumulator(ContextId owner, long id, String name) {
        super(owner, id);
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** Adds {@code value}. */
    public void add(long value) {
        sum.add(value);
        count.increment();
    }

    /** Returns the sum; inside a task, of what this attempt has added. */
    public long sum() {
        return sum.sum();
    }

    /** Returns how many numbers were added. */
    public long count() {
        return count.sum();
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
        sum.reset();
        count.reset();
    }

    @Override
    protected LongAccumulator zero() {
        return new LongAccumulator(owner(), id(), name);
    }

    @Override
    protected Totals partial() {
        return new Totals(sum(), count());
    }

    @Override
    protected void merge(Totals partial) {
        sum.add(partial.sum());
        count.add(partial.count());
    }

    @Override
    public String toString() {
        return "LongAccumulator(" + name + ": " + sum() + ")";
    }

    /** What one attempt added. */
    protected record Totals(long sum, long count) implements Serializable {}
}
