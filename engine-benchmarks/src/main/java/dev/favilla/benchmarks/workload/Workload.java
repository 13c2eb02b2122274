package dev.favilla.benchmarks.workload;

import java.util.Set;

/**
 * Work that several systems can do, with its sizes: plain data, free of any system.
 *
 * <p>Two systems have done the same work if their jobs return the same checksum. Checksums do not depend on the order
 * of records, and all arithmetic is on whole numbers, so they agree to the last bit.
 */
public interface Workload {

    /** Returns the name that people type. */
    String name();

    /** Returns one line that says what is done. */
    String description();

    /** Returns how many units one run has, for figures per unit. */
    long units();

    /** Returns what a unit is, such as {@code record}. */
    String unit();

    /** Returns those who can do it. */
    Set<Contender> contenders();

    /** Returns the job as {@code contestant} does it; preparing it is not measured. */
    Job openOn(Contestant contestant) throws Exception;

    /** Returns whether a run is a process from its start to its end, not a call in a warm one. */
    default boolean coldProcess() {
        return false;
    }
}
