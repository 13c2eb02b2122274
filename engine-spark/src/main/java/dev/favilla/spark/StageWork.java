package dev.favilla.spark;

import dev.favilla.lineage.LineageBinary;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;

/**
 * What the tasks of one {@link StageRdd} do, as it travels.
 *
 * @param number unique in the driver, so that the tasks of one process read the lineage once
 * @param kind what comes of a partition
 * @param lease brings what they need in their process
 * @param lineage what is computed, and the shuffle or action it is computed for
 * @param classes the names of the classes of the records in it
 * @param broadcasts those that there were, by id
 * @param updates where what they have added to accumulators goes, unless it goes with a result
 */
record StageWork(
        long number,
        Kind kind,
        Broadcast<Lease> lease,
        LineageBinary lineage,
        List<String> classes,
        Map<Long, Broadcast<Parcel>> broadcasts,
        Updates updates)
        implements Serializable {

    /** What Spark sees of a partition. */
    enum Kind {

        /** {@link Chunk}s of its records, for Spark to cache. */
        RECORDS,

        /** Pairs of a {@link BlockKey} and a block of records, for Spark to shuffle. */
        MAP_OUTPUT,

        /** One {@link Parcel}: the staged result of an action, and what was added to accumulators. */
        RESULT
    }
}
