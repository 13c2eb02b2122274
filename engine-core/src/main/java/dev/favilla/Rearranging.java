package dev.favilla;

import dev.favilla.function.ZipPartitionsFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.arrange.CoalescedNode;
import dev.favilla.rdd.arrange.DealOperator;
import dev.favilla.rdd.arrange.IndexedNode;
import dev.favilla.rdd.arrange.ZippedNode;
import dev.favilla.rdd.arrange.Zipper;
import dev.favilla.shuffle.HashPartitioner;

/** Puts the records of datasets into other partitions, beside each other, or in line. */
final class Rearranging {

    private Rearranging() {}

    static LineageNode coalesce(RDD<?> records, int partitions, boolean shuffle, CallSite site) {
        Datasets datasets = records.datasets();
        int wanted = datasets.checkPartitions(partitions);
        if (!shuffle) {
            return new CoalescedNode(datasets.nextId(), site, records.lineage(), wanted);
        }
        PairFormat format = PairFormat.of(site);
        LineageNode dealt = records.narrow(site, new DealOperator(wanted, format));
        return new ShuffledNode(
                datasets.nextId(),
                site,
                datasets.shuffle(dealt, new HashPartitioner(wanted), null, format),
                PairFormat.VALUE_AS_RECORD,
                false);
    }

    static LineageNode zip(RDD<?> left, RDD<?> right, CallSite site) {
        return zipped(left, right, new Zipper.Pairwise(PairFormat.of(site)), site);
    }

    static LineageNode zipPartitions(
            RDD<?> left, RDD<?> right, ZipPartitionsFunction<?, ?, ?> function, CallSite site) {
        return zipped(left, right, new Zipper.ByFunction(left.capture(function, site)), site);
    }

    private static LineageNode zipped(RDD<?> left, RDD<?> right, Zipper zipper, CallSite site) {
        Datasets datasets = left.datasets();
        datasets.requireSame(right);
        return new ZippedNode(datasets.nextId(), site, left.lineage(), right.lineage(), zipper);
    }

    static LineageNode withIndex(RDD<?> records, CallSite site) {
        return new IndexedNode(records.datasets().nextIdToPrepare(), site, records.lineage(), PairFormat.of(site));
    }
}
