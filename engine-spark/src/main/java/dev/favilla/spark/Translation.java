package dev.favilla.spark;

import dev.favilla.lineage.Action;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.spi.Cluster;
import dev.favilla.storage.StorageLevel;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.JavaSerializer;
import org.jspecify.annotations.Nullable;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Makes Spark's datasets of our lineages, and keeps those of shuffles and cached datasets, so that later jobs find what
 * Spark has of them. Walks in loops: a lineage of ours may be longer than a thread's stack.
 *
 * <p><b>Threads.</b> May be used from any thread; one lineage is translated at a time.
 */
final class Translation {

    private static final ClassTag<Object> ANY = ClassTag$.MODULE$.apply(Object.class);

    private final SparkContext spark;
    private final Cluster.Driver driver;
    private final Broadcast<Lease> lease;
    private final Updates updates;
    private final Supplier<Map<Long, Broadcast<Parcel>>> broadcasts;
    private final AtomicLong nextNumber = new AtomicLong();

    /** By shuffle. */
    private final Map<Integer, RDD<?>> shuffles = new ConcurrentHashMap<>();

    /** By dataset. */
    private final Map<Integer, StageRdd> cached = new ConcurrentHashMap<>();

    /**
     * @param lease what tasks may have in their processes
     * @param updates brings what map tasks add to accumulators
     * @param broadcasts returns all there are, in Spark's form
     */
    Translation(
            SparkContext spark,
            Cluster.Driver driver,
            Broadcast<Lease> lease,
            Updates updates,
            Supplier<Map<Long, Broadcast<Parcel>>> broadcasts) {
        this.spark = spark;
        this.driver = driver;
        this.lease = lease;
        this.updates = updates;
        this.broadcasts = broadcasts;
    }

    /** Returns what runs an action on the partitions of {@code target}. */
    synchronized StageRdd ofAction(LineageNode target, Action action, Map<Integer, StorageLevel> levels) {
        makeAllBelow(target, levels);
        return stage(StageWork.Kind.RESULT, target, action, levels);
    }

    /** Makes what is not there yet of everything that {@code target} needs, and before it what that needs itself. */
    private void makeAllBelow(LineageNode target, Map<Integer, StorageLevel> levels) {
        Deque<Need> open = new ArrayDeque<>(needs(target, true, levels));
        while (!open.isEmpty()) {
            Need need = open.peek();
            List<Need> missing = isMade(need.boundary()) ? List.of() : missingFor(need, levels);
            if (!missing.isEmpty()) {
                missing.forEach(open::push);
                continue;
            }
            open.pop();
            if (!isMade(need.boundary())) {
                make(need, levels);
            }
        }
    }

    private List<Need> missingFor(Need need, Map<Integer, StorageLevel> levels) {
        return needs(need.node(), need.boundary().shuffled(), levels).stream()
                .filter(below -> !isMade(below.boundary()))
                .toList();
    }

    private boolean isMade(Boundary boundary) {
        return boundary.shuffled() ? shuffles.containsKey(boundary.id()) : cached.containsKey(boundary.id());
    }

    private void make(Need need, Map<Integer, StorageLevel> levels) {
        ShuffleDependency shuffle = need.shuffle();
        if (shuffle == null) {
            LineageNode node = need.node();
            StageRdd rdd = stage(StageWork.Kind.RECORDS, node, new Nothing(), levels);
            rdd.persist(levelOf(levels.getOrDefault(node.id(), StorageLevel.MEMORY_ONLY)));
            cached.put(node.id(), rdd);
        } else {
            StageRdd output = stage(StageWork.Kind.MAP_OUTPUT, shuffle.parent(), shuffle, levels);
            shuffles.put(shuffle.shuffleId(), shuffled(output, shuffle.spec().numReducers()));
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // its elements are pairs
    private RDD<?> shuffled(StageRdd output, int reducers) {
        ShuffledRDD<Object, Object, Object> shuffled =
                new ShuffledRDD<>((RDD) output, new ReducerPartitioner(reducers), ANY, ANY, ANY);
        return shuffled.setKeyOrdering(BlockKey.order()).setSerializer(new JavaSerializer(spark.conf()));
    }

    private static org.apache.spark.storage.StorageLevel levelOf(StorageLevel level) {
        return org.apache.spark.storage.StorageLevel.apply(
                level.useDisk(), level.useMemory(), level.useOffHeap(), level.deserialized(), level.replication());
    }

    private StageRdd stage(StageWork.Kind kind, LineageNode top, Serializable job, Map<Integer, StorageLevel> levels) {
        List<Need> needs = needs(top, kind != StageWork.Kind.RECORDS, levels);
        List<Boundary> boundaries = needs.stream().map(Need::boundary).toList();
        List<RDD<?>> parents = new ArrayList<>();
        for (Boundary boundary : boundaries) {
            RDD<?> parent = boundary.shuffled() ? shuffles.get(boundary.id()) : cached.get(boundary.id());
            if (parent == null) {
                throw new IllegalStateException(boundary + " was not made before " + top + ": a bug in Favilla");
            }
            parents.add(parent);
        }
        LineageBinary lineage = LineageBinary.of(top, job, driver.here().serializer());
        StageWork work = new StageWork(
                nextNumber.getAndIncrement(),
                kind,
                lease,
                lineage,
                driver.here().classes().names(),
                broadcasts.get(),
                updates);
        int[][][] reads = new Reading(kind != StageWork.Kind.RECORDS, boundaries, parents).of(top);
        StageRdd rdd = new StageRdd(spark, work, top.numPartitions(), boundaries, parents, reads);
        rdd.setName(top.toString());
        return rdd;
    }

    /** Returns what the pipelines of {@code top} begin with, each once. */
    private List<Need> needs(LineageNode top, boolean topMayBeCached, Map<Integer, StorageLevel> levels) {
        Map<Boundary, Need> needs = new LinkedHashMap<>();
        Set<Integer> reached = new HashSet<>(List.of(top.id()));
        Deque<LineageNode> open = new ArrayDeque<>(List.of(top));
        while (!open.isEmpty()) {
            LineageNode node = open.pop();
            if ((node != top || topMayBeCached) && isCached(node, levels)) {
                Boundary boundary = new Boundary(false, node.id());
                needs.put(boundary, new Need(boundary, node, null));
                continue;
            }
            for (Dependency dependency : node.dependencies()) {
                if (dependency instanceof ShuffleDependency shuffle) {
                    Boundary boundary = new Boundary(true, shuffle.shuffleId());
                    needs.put(boundary, new Need(boundary, shuffle.parent(), shuffle));
                } else if (reached.add(dependency.parent().id())) {
                    open.push(dependency.parent());
                }
            }
        }
        return List.copyOf(needs.values());
    }

    /** What a local checkpoint has cut is cached whatever its level says. */
    private boolean isCached(LineageNode node, Map<Integer, StorageLevel> levels) {
        return levels.getOrDefault(node.id(), StorageLevel.NONE).keeps()
                || (node.cut().isPresent() && node.cut().get().toBlocks() && cached.containsKey(node.id()));
    }

    /** Has Spark drop what it has cached of a dataset. */
    void unpersist(int dataset) {
        StageRdd rdd = cached.remove(dataset);
        if (rdd != null && !spark.isStopped()) {
            rdd.unpersist(false);
        }
    }

    /** Lets go of a shuffle; Spark's cleaner drops its files. */
    void release(int shuffle) {
        shuffles.remove(shuffle);
    }

    /** Lets go of everything. */
    void close() {
        cached.keySet().forEach(this::unpersist);
        shuffles.clear();
    }

    int shuffleCount() {
        return shuffles.size();
    }

    /** Returns Spark's number of a cached dataset; null if it is not cached. */
    @Nullable
    Integer sparkId(int dataset) {
        StageRdd rdd = cached.get(dataset);
        return rdd == null ? null : rdd.id();
    }

    /** Returns Spark's numbers of all cached datasets. */
    Set<Integer> sparkIds() {
        return cached.values().stream().map(StageRdd::id).collect(Collectors.toSet());
    }

    /**
     * Something that has to be there before a stage can be made.
     *
     * @param node what it computes: the cached dataset, or what is sent through the shuffle
     * @param shuffle null if a cached dataset is needed
     */
    private record Need(
            Boundary boundary, LineageNode node, @Nullable ShuffleDependency shuffle) {}

    /** What is done with records that are to be cached. */
    private record Nothing() implements Serializable {}

    /**
     * Finds out which partitions of its boundaries each partition of a stage reads, for Spark to place its tasks by.
     *
     * @param topMayBeCached whether the top itself may be a boundary
     */
    private record Reading(boolean topMayBeCached, List<Boundary> boundaries, List<RDD<?>> parents) {

        int[][][] of(LineageNode top) {
            int count = top.numPartitions();
            int[][][] reads = new int[boundaries.size()][count][];
            for (int partition = 0; partition < count; partition++) {
                Map<Integer, Set<Integer>> cached = cached(top, partition);
                for (int i = 0; i < boundaries.size(); i++) {
                    Boundary boundary = boundaries.get(i);
                    reads[i][partition] = boundary.shuffled()
                            ? same(partition, parents.get(i).getNumPartitions())
                            : cached.getOrDefault(boundary.id(), Set.of()).stream()
                                    .mapToInt(Integer::intValue)
                                    .toArray();
                }
            }
            return reads;
        }

        /** A shuffle is mostly read by the partition of the same number; where not, only the placing is worse. */
        private static int[] same(int partition, int reducers) {
            return partition < reducers ? new int[] {partition} : new int[0];
        }

        private Map<Integer, Set<Integer>> cached(LineageNode top, int partition) {
            Map<Integer, Set<Integer>> found = new LinkedHashMap<>();
            if (boundaries.stream().allMatch(Boundary::shuffled)) {
                return found;
            }
            Deque<DatasetPartition> open = new ArrayDeque<>(List.of(new DatasetPartition(top, partition)));
            Set<List<Integer>> reached = new HashSet<>();
            while (!open.isEmpty()) {
                DatasetPartition part = open.pop();
                LineageNode node = part.dataset();
                if (!reached.add(List.of(node.id(), part.number()))) {
                    continue;
                }
                if ((node != top || topMayBeCached) && boundaries.contains(new Boundary(false, node.id()))) {
                    found.computeIfAbsent(node.id(), id -> new TreeSet<>()).add(part.number());
                } else if (node.plan(part.number()) instanceof PartitionPlan.Apply apply) {
                    open.push(new DatasetPartition(apply.parent(), apply.partition()));
                    apply.operator().beside(part).forEach(open::push);
                } else if (node.plan(part.number()) instanceof PartitionPlan.Read read) {
                    read.source().beside(read.partition()).forEach(open::push);
                }
            }
            return found;
        }
    }
}
