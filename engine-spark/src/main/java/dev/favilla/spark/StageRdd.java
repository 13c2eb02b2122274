package dev.favilla.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * A part of a lineage as one dataset of Spark's: from where its records come out of a shuffle, or out of Spark's cache, to
 * where Spark takes over again. All between is one fused pipeline of ours.
 */
final class StageRdd extends RDD<Object> {

    private static final long serialVersionUID = 1L;

    private final StageWork work;
    private final int numPartitions;
    private final ArrayList<Boundary> boundaries;

    /**
     * @param parents where the boundaries' records come from, in the same order
     * @param reads for each of them and each partition which of its partitions are read
     */
    StageRdd(
            SparkContext spark,
            StageWork work,
            int numPartitions,
            List<Boundary> boundaries,
            List<? extends RDD<?>> parents,
            int[][][] reads) {
        super(spark, dependencies(parents, reads), ClassTag$.MODULE$.apply(Object.class));
        this.work = work;
        this.numPartitions = numPartitions;
        this.boundaries = new ArrayList<>(boundaries);
    }

    private static Seq<Dependency<?>> dependencies(List<? extends RDD<?>> parents, int[][][] reads) {
        List<Dependency<?>> all = new ArrayList<>();
        for (int i = 0; i < parents.size(); i++) {
            all.add(new Reads<>(parents.get(i), reads[i]));
        }
        return CollectionConverters.asScala(all).toSeq();
    }

    StageWork work() {
        return work;
    }

    List<Boundary> boundaries() {
        return boundaries;
    }

    /** Returns what the records of a boundary come from. */
    RDD<?> parent(int boundary) {
        return dependencies().apply(boundary).rdd();
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] all = new Partition[numPartitions];
        for (int i = 0; i < numPartitions; i++) {
            all[i] = new Numbered(i);
        }
        return all;
    }

    @Override
    public scala.collection.Iterator<Object> compute(Partition split, TaskContext context) {
        return CollectionConverters.asScala(computed(split, context));
    }

    private Iterator<Object> computed(Partition split, TaskContext context) {
        return switch (work.kind()) {
            case RECORDS -> SparkAttempt.records(this, split.index(), context);
            case MAP_OUTPUT -> (MapSide) SparkAttempt.run(this, context);
            case RESULT -> List.of(SparkAttempt.run(this, context)).iterator();
        };
    }

    /** What is read of a parent; known on the driver only, where tasks are placed. */
    private static final class Reads<T> extends NarrowDependency<T> {

        private static final long serialVersionUID = 1L;

        private final transient int @Nullable [][] partitions;

        Reads(RDD<T> parent, int[][] partitions) {
            super(parent);
            this.partitions = partitions;
        }

        @Override
        public Seq<Object> getParents(int partition) {
            List<Object> parents = new ArrayList<>();
            int[][] known = partitions;
            if (known != null) {
                for (int parent : known[partition]) {
                    parents.add(parent);
                }
            }
            return CollectionConverters.asScala(parents).toSeq();
        }
    }

    /** A partition by its number; a class, because Spark asks for {@code index}, {@code equals} and {@code hashCode}. */
    private static final class Numbered implements Partition {

        private static final long serialVersionUID = 1L;

        private final int index;

        Numbered(int index) {
            this.index = index;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Numbered other && index == other.index;
        }

        @Override
        public int hashCode() {
            return index;
        }
    }
}
