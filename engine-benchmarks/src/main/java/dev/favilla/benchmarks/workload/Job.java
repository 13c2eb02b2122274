package dev.favilla.benchmarks.workload;

/** A workload prepared for one system, to be run many times by one thread. */
@FunctionalInterface
public interface Job extends AutoCloseable {

    /** Does all the work once, pipelines built anew, and returns the checksum of the result. */
    long run() throws Exception;

    /** Releases what preparing it took. */
    @Override
    default void close() {}
}
