package dev.favilla.scheduler.dag;

import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Which partitions are known to be cached, and where. A hint: a block may be gone before its drop is told, and a task
 * that misses it says so.
 */
final class CacheTable {

    private final Map<Integer, Dataset> datasets = new HashMap<>();

    void add(ExecutorId executor, BlockId block) {
        Dataset dataset = datasets.computeIfAbsent(block.rddId(), id -> new Dataset());
        dataset.byExecutor.computeIfAbsent(executor, id -> new BitSet()).set(block.partition());
        if (!dataset.anywhere.get(block.partition())) {
            dataset.anywhere.set(block.partition());
            dataset.count++;
        }
    }

    void drop(ExecutorId executor, BlockId block) {
        Dataset dataset = datasets.get(block.rddId());
        BitSet here = dataset == null ? null : dataset.byExecutor.get(executor);
        if (dataset == null || here == null || !here.get(block.partition())) {
            return;
        }
        here.clear(block.partition());
        if (here.isEmpty()) {
            dataset.byExecutor.remove(executor);
        }
        dataset.recount();
        if (dataset.count == 0) {
            datasets.remove(block.rddId());
        }
    }

    void forget(int rddId) {
        datasets.remove(rddId);
    }

    void forget(ExecutorId executor) {
        for (Iterator<Dataset> all = datasets.values().iterator(); all.hasNext(); ) {
            Dataset dataset = all.next();
            if (dataset.byExecutor.remove(executor) != null) {
                dataset.recount();
                if (dataset.count == 0) {
                    all.remove();
                }
            }
        }
    }

    /** Returns whether all {@code partitions} partitions of a dataset are cached somewhere. */
    boolean isComplete(int rddId, int partitions) {
        Dataset dataset = datasets.get(rddId);
        return dataset != null && dataset.count >= partitions;
    }

    boolean contains(int rddId, int partition) {
        Dataset dataset = datasets.get(rddId);
        return dataset != null && dataset.anywhere.get(partition);
    }

    /** The cached partitions of one dataset. */
    private static final class Dataset {

        private final Map<ExecutorId, BitSet> byExecutor = new HashMap<>();
        private final BitSet anywhere = new BitSet();
        private int count;

        void recount() {
            anywhere.clear();
            byExecutor.values().forEach(anywhere::or);
            count = anywhere.cardinality();
        }
    }
}
