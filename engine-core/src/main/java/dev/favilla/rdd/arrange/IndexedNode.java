package dev.favilla.rdd.arrange;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.PreparedNode;
import dev.favilla.lineage.Sink;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.Node;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Each record with its place among all. How many records there are in each partition but the last is counted first, if
 * there are several.
 */
public final class IndexedNode extends Node implements PreparedNode {

    private final LineageNode parent;
    private final EntryBuilder pairs;

    /** The place of the first record of each partition. */
    private final AtomicReference<long @Nullable []> starts = new AtomicReference<>();

    public IndexedNode(int id, CallSite callSite, LineageNode parent, EntryBuilder pairs) {
        super(id, "ZippedWithIndexRDD", callSite, List.of(new NarrowDependency(parent)));
        this.parent = parent;
        this.pairs = pairs;
    }

    /** Returns the dataset whose records are numbered. */
    public LineageNode parent() {
        return parent;
    }

    @Override
    protected int countPartitions() {
        return parent.numPartitions();
    }

    @Override
    public boolean isPrepared() {
        return numPartitions() <= 1 || starts.get() != null;
    }

    @Override
    public void prepare(Jobs jobs) {
        if (isPrepared()) {
            return;
        }
        long[] found = new long[numPartitions()];
        List<Integer> allButTheLast =
                IntStream.range(0, found.length - 1).boxed().toList();
        List<?> counts = (List<?>) jobs.run(parent, allButTheLast, new Counts());
        if (counts == null) {
            throw new IllegalStateException("counting gave nothing: a bug in Favilla");
        }
        for (int i = 1; i < found.length; i++) {
            found[i] = found[i - 1] + (Long) counts.get(i - 1);
        }
        starts.compareAndSet(null, found);
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Apply(
                parent, partition, new NumberOperator(new NumberOperator.Consecutive(start(partition)), pairs));
    }

    private long start(int partition) {
        long[] known = starts.get();
        if (known != null) {
            return known[partition];
        }
        if (partition == 0) {
            return 0;
        }
        throw new IllegalStateException("the records before partition " + partition + " of " + this
                + " have not been counted: nobody has prepared it");
    }

    /** How many records each partition has. */
    private record Counts() implements Action {

        @Override
        public String name() {
            return "zipWithIndex";
        }

        @Override
        public Long run(Cursor input, TaskScope scope) throws Exception {
            long[] count = new long[1];
            Sink counting = new Sink() {
                @Override
                public boolean push(@Nullable Object record) {
                    count[0]++;
                    return true;
                }
            };
            input.drain(counting, scope);
            return count[0];
        }

        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            return staged;
        }
    }
}
