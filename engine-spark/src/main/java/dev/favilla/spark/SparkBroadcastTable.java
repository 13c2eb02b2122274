package dev.favilla.spark;

import dev.favilla.spi.Cluster;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.reflect.ClassTag$;

/**
 * Our broadcasts in Spark's form, each made when a job is submitted first after it.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class SparkBroadcastTable {

    private final SparkContext spark;
    private final Cluster.Driver driver;
    private final Map<Long, Broadcast<Parcel>> made = new HashMap<>();

    SparkBroadcastTable(SparkContext spark, Cluster.Driver driver) {
        this.spark = spark;
        this.driver = driver;
    }

    /** Returns all that can be used now. */
    synchronized Map<Long, Broadcast<Parcel>> all() {
        for (long id : driver.broadcasts().broadcastIds()) {
            made.computeIfAbsent(id, this::make);
        }
        made.keySet().retainAll(driver.broadcasts().broadcastIds());
        return Map.copyOf(made);
    }

    private Broadcast<Parcel> make(long id) {
        byte[] frame = driver.broadcasts()
                .broadcast(id)
                .map(block -> block.frame())
                .orElseThrow(() -> new IllegalStateException("Broadcast(" + id + ") was destroyed meanwhile"));
        return spark.broadcast(Parcel.ofBytes(frame, driver.here()), ClassTag$.MODULE$.apply(Parcel.class));
    }

    /** Drops all, here and in executors. */
    synchronized void close() {
        if (!spark.isStopped()) {
            made.values().forEach(Broadcast::destroy);
        }
        made.clear();
    }

    /** Drops the copies of executors. */
    synchronized void drop(long id) {
        Broadcast<Parcel> broadcast = made.remove(id);
        if (broadcast != null && !spark.isStopped()) {
            broadcast.unpersist(false);
        }
    }
}
