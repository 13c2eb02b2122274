package dev.favilla;

import dev.favilla.lineage.CallSite;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a dataset, fetched partition by partition when they are wanted. Holds one partition at a time. Belongs to
 * one thread at a time.
 */
final class LocalIterator<T extends @Nullable Object> implements Iterator<T> {

    private final RDDActions<T> dataset;
    private final CallSite callSite;
    private final int partitions;
    private Iterator<T> records = Collections.emptyIterator();
    private int next;

    LocalIterator(RDDActions<T> dataset, CallSite callSite) {
        this.dataset = dataset;
        this.callSite = callSite;
        this.partitions = dataset.getNumPartitions();
    }

    @Override
    public boolean hasNext() {
        while (!records.hasNext() && next < partitions) {
            List<T> fetched = RDDActions.result(dataset.datasets()
                    .run(
                            dataset.lineage(),
                            List.of(next),
                            new Actions.Collect(callSite.operation(), Integer.MAX_VALUE),
                            callSite));
            records = fetched.iterator();
            next++; // only now: after a failure the same partition is tried again
        }
        return records.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No more records: hasNext() is false.");
        }
        return records.next();
    }
}
