package dev.favilla.rdd;

import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A dataset all of whose records each executor is given: collected by a job of its own before the first job that needs
 * them, once. Executors have them as long as this can be reached on the driver. Its copies know where the records are, and
 * not what they were made of.
 *
 * <p><b>Threads.</b> May be used from any thread; of two that collect at once one decides.
 */
public final class WholeDataset implements Serializable {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable LineageNode dataset;
    private final transient @Nullable Action collect;
    private final String name;

    /** Null before the records were collected. */
    private final AtomicReference<Prepared.@Nullable Shared> shared = new AtomicReference<>();

    /** @param collect makes a list of all records of the dataset; supplied by the API */
    public WholeDataset(LineageNode dataset, Action collect) {
        this.dataset = dataset;
        this.collect = collect;
        this.name = dataset.toString();
    }

    /**
     * Returns the dataset.
     *
     * @throws IllegalStateException of a copy
     */
    public LineageNode dataset() {
        LineageNode known = dataset;
        if (known == null) {
            throw new IllegalStateException(name + " was collected before and belongs to the driver; tasks can read its"
                    + " records only. This is a bug of the engine.");
        }
        return known;
    }

    boolean isCollected() {
        return shared.get() != null;
    }

    /** Collects the records unless they are there. */
    void collect(Prepared.Jobs jobs) {
        if (!isCollected()) {
            LineageNode known = dataset();
            Action action = Objects.requireNonNull(collect);
            Object records = known.numPartitions() == 0 ? List.of() : jobs.run(known, action);
            shared.compareAndSet(null, jobs.share((List<?>) Objects.requireNonNull(records)));
        }
    }

    /**
     * Returns the number under which executors have the records.
     *
     * @throws IllegalStateException before they were collected
     */
    long number() {
        Prepared.Shared known = shared.get();
        if (known == null) {
            throw new IllegalStateException(
                    "the records of " + name + " have not been collected: nobody has prepared what needs them");
        }
        return known.number();
    }
}
