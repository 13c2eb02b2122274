package dev.favilla.attempt;

/** What a task counts while it runs. */
public enum Metric {
    /** Records read from a source (not from a shuffle or the cache). */
    RECORDS_READ,
    /** Bytes read from files. */
    BYTES_READ,
    /** Malformed byte sequences in text input, each replaced by U+FFFD. */
    MALFORMED_INPUTS,
    /** Records handed to the shuffle after map-side combining. */
    SHUFFLE_RECORDS_WRITTEN,
    /** Bytes handed to the shuffle; estimated where records stay references. */
    SHUFFLE_BYTES_WRITTEN,
    /** Records read from map outputs. */
    SHUFFLE_RECORDS_READ,
    /** Bytes read from map outputs; estimated where records stay references. */
    SHUFFLE_BYTES_READ,
    /** Bytes of map outputs and cached partitions that came from other executors. */
    REMOTE_BYTES_READ,
    /** Cached partitions found, here or on another executor. */
    CACHE_HITS,
    /** Cached partitions looked for and not found. */
    CACHE_MISSES,
    /** Records written by a sink. */
    RECORDS_WRITTEN,
    /** Bytes written by a sink. */
    BYTES_WRITTEN,
    /** Bytes of memory given back by moving what they held out to local disk, as estimated before. */
    MEMORY_BYTES_SPILLED,
    /** Bytes written to local disk for what did not fit in memory. */
    DISK_BYTES_SPILLED,
    /**
     * Bytes of memory that the attempt still held when all that it had opened was closed. They are given back; that there
     * are any is a bug.
     */
    MEMORY_BYTES_LEAKED,
    /** Functions copied for this attempt because what they capture is mutable. */
    CLOSURE_COPIES,
    /** Serialized bytes of the functions copied for this attempt. */
    CLOSURE_BYTES,
    /** Nanoseconds between the begin and the end of the attempt's own work. */
    RUN_NANOS,
    /** Bytes of the result handed to the driver; estimated where it stays an object, 0 where nobody counts. */
    RESULT_BYTES;

    /** Returns where an array of totals keeps this one. */
    @SuppressWarnings("EnumOrdinal") // counters are per run and never stored, so the order is free to change
    int index() {
        return ordinal();
    }
}
