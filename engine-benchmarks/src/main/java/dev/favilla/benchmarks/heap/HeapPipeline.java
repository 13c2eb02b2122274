package dev.favilla.benchmarks.heap;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is done to the records; {@link HeapRecords} says what must come out. */
public enum HeapPipeline {
    /** Half as many keys as records, each with two texts, of which the greater stays. */
    REDUCE_BY_KEY("reduceByKey"),
    /** Every eighth record has the same key; the others are in groups of eight. */
    GROUP_BY_KEY("groupByKey"),
    /** All keys differ. */
    SORT_BY_KEY("sortByKey"),
    /** Half of the records meets the other half, key by key. */
    JOIN("join"),
    /** As {@link #JOIN}. */
    COGROUP("cogroup"),
    /** Each text comes twice. */
    DISTINCT("distinct"),
    /** Kept and scanned three times. */
    CACHE_MEMORY_ONLY("cache MEMORY_ONLY"),
    CACHE_MEMORY_ONLY_SER("cache MEMORY_ONLY_SER"),
    CACHE_MEMORY_AND_DISK("cache MEMORY_AND_DISK"),
    CACHE_MEMORY_AND_DISK_SER("cache MEMORY_AND_DISK_SER"),
    CACHE_DISK_ONLY("cache DISK_ONLY"),
    CACHE_OFF_HEAP("cache OFF_HEAP");

    private static final String CACHE = "cache ";

    private final String label;

    HeapPipeline(String label) {
        this.label = label;
    }

    /** Returns the name that people read. */
    public String label() {
        return label;
    }

    /** Returns the name that people type. */
    public String option() {
        return label.replace(' ', '-').toLowerCase(Locale.ROOT);
    }

    /** Returns whether it scans what it has kept. */
    public boolean caches() {
        return label.startsWith(CACHE);
    }

    /** Returns the name of the storage level of one that {@linkplain #caches caches}. */
    public String level() {
        return label.substring(CACHE.length());
    }

    /**
     * Returns the one of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static HeapPipeline of(String option) {
        return Stream.of(values())
                .filter(pipeline -> pipeline.option().equalsIgnoreCase(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no pipeline is called '" + option + "'; there are "
                        + Stream.of(values()).map(HeapPipeline::option).collect(Collectors.joining(", "))));
    }
}
