package dev.favilla.pipeline.strict;

import dev.favilla.lineage.LineageNode;

/**
 * Where records are handed on to somebody who keeps or sends them.
 *
 * @param dataset whose records they are
 * @param taker who gets them, for example {@code a shuffle}
 */
public record Place(LineageNode dataset, String taker) {

    /** Where a dataset is being cached. */
    public static Place kept(LineageNode dataset) {
        return new Place(dataset, "the cache");
    }

    /** Where the records of a cached partition are read. */
    public static Place cached(LineageNode dataset) {
        return new Place(dataset, "those who read its cached partitions");
    }

    /** Where records leave for a shuffle. */
    public static Place shuffled(LineageNode dataset) {
        return new Place(dataset, "a shuffle");
    }

    /** Where an action keeps records for its result. */
    public static Place gathered(LineageNode dataset, String action) {
        return new Place(dataset, action);
    }

    /** Returns what made the records and where, for example {@code map at Report.java:12}. */
    String operation() {
        return dataset.callSite().toString();
    }
}
