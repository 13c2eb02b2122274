package dev.favilla.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.util.AccumulatorV2;

/**
 * Brings to the driver what the map tasks of a context have added to accumulators.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class Updates extends AccumulatorV2<Updates.OfTask, List<Updates.OfTask>> {

    private static final long serialVersionUID = 1L;

    private List<OfTask> all = new ArrayList<>();

    /**
     * What one map task has added.
     *
     * @param shuffleId the shuffle it has written
     * @param partition of the dataset that is sent
     * @param updates ids and parts of accumulators, in turn
     */
    record OfTask(int shuffleId, int partition, Parcel updates) implements java.io.Serializable {}

    /** Returns what has come since this was called last. */
    synchronized List<OfTask> drain() {
        List<OfTask> drained = all;
        all = new ArrayList<>();
        return drained;
    }

    @Override
    public synchronized boolean isZero() {
        return all.isEmpty();
    }

    @Override
    public synchronized Updates copy() {
        Updates copy = new Updates();
        copy.all.addAll(all);
        return copy;
    }

    @Override
    public synchronized void reset() {
        all = new ArrayList<>();
    }

    @Override
    public synchronized void add(OfTask task) {
        all.add(task);
    }

    @Override
    public void merge(AccumulatorV2<OfTask, List<OfTask>> other) {
        List<OfTask> others = other.value();
        synchronized (this) {
            all.addAll(others);
        }
    }

    @Override
    public synchronized List<OfTask> value() {
        return List.copyOf(all);
    }
}
