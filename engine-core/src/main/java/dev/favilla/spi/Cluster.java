package dev.favilla.spi;

import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.shuffle.BlockServer;
import java.util.concurrent.ThreadFactory;

/**
 * Where the jobs of one context run, once it is connected. Datasets, lineages and actions stay the context's own; what is
 * asked of the cluster is a {@link JobScheduler}: it gets the last node of a lineage, the partitions that are wanted and an
 * action, and gives back the staged results in the order of the partitions.
 */
public interface Cluster {

    /** Returns how many tasks run at once: the default number of partitions. */
    int slots();

    /**
     * Begins to take jobs. Whatever was connected ends with the scheduler's close.
     *
     * @param driver what it finds in this process
     */
    JobScheduler start(Driver driver);

    /** Ends what was connected, where {@link #start} was not reached or has failed. */
    void disconnect();

    /**
     * What a cluster's scheduler works with.
     *
     * @param executors makes, in any process, what tasks need there; travels to it by Java serialization
     * @param here the same for what is left to do in this process, such as merging results by functions of the user's
     * @param accumulators where the updates of tasks are added
     * @param broadcasts gives broadcasts as bytes
     * @param slots makes threads that may run functions of the user's: nothing that a task must not do may be done there
     */
    record Driver(
            RemoteExecutor.Recipe executors,
            RemoteExecutor here,
            AccumulatorRegistry accumulators,
            BlockServer broadcasts,
            ThreadFactory slots) {}
}
