package dev.favilla.benchmarks.heap;

/** A system that runs the pipelines. */
public interface HeapSystem extends AutoCloseable {

    /** Runs a pipeline on so many records and returns the sum over its results. */
    long run(HeapPipeline pipeline, long records, int partitions) throws Exception;

    /** Returns how many bytes went to disk because they did not fit; negative if that is not known. */
    long spilledBytes();

    /** Runs twenty small jobs and returns whether all were right. */
    boolean nextJobsAreRight() throws Exception;

    @Override
    void close();
}
