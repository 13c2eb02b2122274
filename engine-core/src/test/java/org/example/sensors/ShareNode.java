package org.example.sensors;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.PreparedNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An operator that needs a job of its own: each reading as a share of the largest one. */
final class ShareNode extends SensorNode implements PreparedNode {

    private static final long serialVersionUID = 1L;

    private final LineageNode parent;
    private final AtomicReference<@Nullable Double> largest = new AtomicReference<>();

    ShareNode(int id, CallSite callSite, LineageNode parent) {
        super(id, callSite, List.of(new NarrowDependency(parent)));
        this.parent = parent;
    }

    @Override
    public String kind() {
        return "ShareRDD";
    }

    @Override
    public int numPartitions() {
        return parent.numPartitions();
    }

    @Override
    public boolean isPrepared() {
        return largest.get() != null;
    }

    @Override
    public void prepare(Jobs jobs) {
        largest.compareAndSet(null, (Double) jobs.run(parent, new Largest()));
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Apply(parent, partition, new Share(largest));
    }

    /**
     * A reading becomes a share of the largest.
     *
     * @param largest found before the first reading is asked for
     */
    private record Share(AtomicReference<@Nullable Double> largest) implements Operator.Push {

        @Override
        public String name() {
            return "share";
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            Double found = largest.get();
            if (found == null) {
                throw new IllegalStateException(result.dataset() + " is computed before it was prepared");
            }
            return new ShareSink(found, downstream);
        }
    }

    private static final class ShareSink extends Sink {

        private final double divisor;
        private final Sink downstream;

        ShareSink(double divisor, Sink downstream) {
            this.divisor = divisor;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return downstream.push(record instanceof Double reading ? (Double) (reading / divisor) : null);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}
