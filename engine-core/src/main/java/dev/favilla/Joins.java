package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.rdd.BroadcastJoinNode;
import dev.favilla.rdd.CoGroupNode;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.JoinNode;
import dev.favilla.rdd.WholeDataset;
import dev.favilla.rdd.arrange.CartesianNode;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spill.JoinType;
import java.util.List;
import java.util.Optional;

/** Makes what brings several datasets together: the bulk of what {@link PairRDD} and {@link RDD} offer for that. */
final class Joins {

    private Joins() {}

    /** Joins by key. */
    static LineageNode join(
            JoinType type, PairRDD<?, ?> left, PairRDD<?, ?> right, Partitioner partitioner, CallSite site) {
        left.datasets().requireSame(right);
        Dependency mine = placed(left, partitioner, site);
        Dependency theirs =
                type.needsKeysOnly() ? distinctKeys(right, partitioner, site) : placed(right, partitioner, site);
        JoinFormat rows =
                type == JoinType.INNER ? JoinFormat.PAIRS : type.needsKeysOnly() ? JoinFormat.LEFT : JoinFormat.OUTER;
        return node(left, mine, new JoinNode.Probe(type, theirs, PairFormat.of(site), rows), partitioner, site);
    }

    /** Looks keys up in all of {@code right}, which executors hold whole; {@code left} stays where it lies. */
    static LineageNode broadcast(PairRDD<?, ?> left, PairRDD<?, ?> right, boolean keepsAlone, CallSite site) {
        Datasets datasets = left.datasets();
        datasets.requireSame(right);
        JoinFormat rows = keepsAlone ? JoinFormat.OUTER : JoinFormat.PAIRS;
        var collect = new Actions.Collect(site.operation(), Integer.MAX_VALUE);
        var operator = new BroadcastJoinNode.Lookup(
                keepsAlone, new WholeDataset(right.lineage(), collect), PairFormat.of(site), rows);
        return new BroadcastJoinNode(datasets.nextIdToPrepare(), site, left.lineage(), operator);
    }

    /** Gathers by key. */
    static LineageNode cogroup(List<PairRDD<?, ?>> inputs, Partitioner partitioner, CallSite site) {
        PairRDD<?, ?> first = inputs.get(0);
        inputs.forEach(first.datasets()::requireSame);
        List<Dependency> dependencies =
                inputs.stream().map(input -> placed(input, partitioner, site)).toList();
        var operator =
                new CoGroupNode.Gather(dependencies, PairFormat.of(site), JoinFormat.groups(dependencies.size()));
        return new CoGroupNode(first.datasets().nextId(), site, operator, partitioner);
    }

    /** Compares whole records. */
    static LineageNode subtract(RDD<?> left, RDD<?> right, Partitioner partitioner, CallSite site) {
        left.datasets().requireSame(right);
        Dependency mine = left.datasets()
                .shuffle(left.lineage(), Arguments.notNull(partitioner, "partitioner"), null, PairFormat.RECORD_AS_KEY);
        return node(left, mine, whole(JoinType.LEFT_ANTI, right, partitioner, site), partitioner, site);
    }

    /** Compares whole records, each of which is looked at once. */
    static LineageNode intersection(RDD<?> left, RDD<?> right, Partitioner partitioner, CallSite site) {
        left.datasets().requireSame(right);
        Dependency mine = distinct(left, Arguments.notNull(partitioner, "partitioner"), site);
        return node(left, mine, whole(JoinType.LEFT_SEMI, right, partitioner, site), partitioner, site);
    }

    private static JoinNode.Probe whole(JoinType type, RDD<?> right, Partitioner partitioner, CallSite site) {
        return new JoinNode.Probe(type, distinct(right, partitioner, site), PairFormat.of(site), JoinFormat.KEY);
    }

    private static LineageNode node(
            RDD<?> owner, Dependency left, JoinNode.Probe operator, Partitioner partitioner, CallSite site) {
        return new JoinNode(owner.datasets().nextId(), site, left, operator, partitioner);
    }

    /**
     * Each record with each.
     *
     * @throws IllegalArgumentException if there were too many partitions
     */
    static LineageNode cartesian(RDD<?> left, RDD<?> right, CallSite site) {
        left.datasets().requireSame(right);
        long product = (long) left.getNumPartitions() * right.getNumPartitions();
        if (product > Datasets.MAX_PARTITIONS) {
            throw new IllegalArgumentException("cartesian makes a partition of each two: " + left.getNumPartitions()
                    + " times " + right.getNumPartitions() + " is " + product + ", more than "
                    + Datasets.MAX_PARTITIONS + ". Give one side fewer partitions.");
        }
        var operator = new CartesianNode.Cross(right.lineage(), JoinFormat.CROSS);
        return new CartesianNode(left.datasets().nextId(), site, left.lineage(), operator);
    }

    /** Returns a dataset as an input whose keys lie as {@code partitioner} says. */
    private static Dependency placed(PairRDD<?, ?> input, Partitioner partitioner, CallSite site) {
        return liesAs(input, partitioner)
                ? new NarrowDependency(input.lineage())
                : input.datasets().shuffle(input.lineage(), partitioner, null, PairFormat.of(site));
    }

    /** The same, if nothing but the keys is looked at: each is sent once. */
    private static Dependency distinctKeys(PairRDD<?, ?> input, Partitioner partitioner, CallSite site) {
        return liesAs(input, partitioner)
                ? new NarrowDependency(input.lineage())
                : input.datasets().shuffle(input.lineage(), partitioner, one(input, site), PairFormat.of(site));
    }

    private static Dependency distinct(RDD<?> input, Partitioner partitioner, CallSite site) {
        return input.datasets().shuffle(input.lineage(), partitioner, one(input, site), PairFormat.RECORD_AS_KEY);
    }

    /** Keeps one entry of each key, without a value. */
    private static Aggregator one(RDD<?> input, CallSite site) {
        return new Aggregator(input.capture(new Combiners.Distinct(), site), true, true);
    }

    /** Returns whether the keys of {@code input} are known to lie as {@code partitioner} says. */
    static boolean liesAs(RDD<?> input, Partitioner partitioner) {
        Arguments.notNull(partitioner, "partitioner");
        Optional<Partitioner> known = input.partitioner();
        return known.isPresent() && known.get().equals(partitioner);
    }

    /** Returns where the keys of {@code input} lie, or else would lie with its number of partitions. */
    static Partitioner ownPartitioner(RDD<?> input) {
        return input.partitioner().orElseGet(() -> new HashPartitioner(Math.max(1, input.getNumPartitions())));
    }
}
