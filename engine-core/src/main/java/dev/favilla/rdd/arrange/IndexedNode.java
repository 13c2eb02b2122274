package dev.favilla.rdd.arrange;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.PreparedNode;
import dev.favilla.lineage.Sink;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.Node;
import dev.favilla.rdd.Recipe;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Each record with its place among all. How many records there are in each partition but the last is counted first, if
 * there are several.
 */
public final class IndexedNode extends Node implements PreparedNode {

    public IndexedNode(int id, CallSite callSite, LineageNode parent, EntryBuilder pairs) {
        super(id, "ZippedWithIndexRDD", callSite, new Numbered(parent, pairs, new AtomicReference<>()));
    }

    /** Returns the dataset whose records are numbered. */
    public LineageNode parent() {
        return recipe(Numbered.class).parent();
    }

    @Override
    protected int countPartitions() {
        return parent().numPartitions();
    }

    @Override
    public boolean isPrepared() {
        return numPartitions() <= 1
                || !(recipe() instanceof Numbered numbered)
                || numbered.starts().get() != null;
    }

    @Override
    public void prepare(Jobs jobs) {
        if (isPrepared() || !(recipe() instanceof Numbered numbered)) {
            return;
        }
        long[] found = new long[numPartitions()];
        List<Integer> allButTheLast =
                IntStream.range(0, found.length - 1).boxed().toList();
        List<?> counts = (List<?>) jobs.run(numbered.parent(), allButTheLast, new Counts());
        if (counts == null) {
            throw new IllegalStateException("counting gave nothing: a bug in Favilla");
        }
        for (int i = 1; i < found.length; i++) {
            found[i] = found[i - 1] + (Long) counts.get(i - 1);
        }
        numbered.starts().compareAndSet(null, found);
    }

    /** @param starts the place of the first record of each partition, once it is known */
    private record Numbered(LineageNode parent, EntryBuilder pairs, AtomicReference<long @Nullable []> starts)
            implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(parent));
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            NumberOperator.Consecutive places = new NumberOperator.Consecutive(start(dataset, partition));
            return new PartitionPlan.Apply(parent, partition, new NumberOperator(places, pairs));
        }

        private long start(LineageNode dataset, int partition) {
            long[] known = starts.get();
            if (known != null) {
                return known[partition];
            }
            if (partition == 0) {
                return 0;
            }
            throw new IllegalStateException("the records before partition " + partition + " of " + dataset
                    + " have not been counted: nobody has prepared it");
        }
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
