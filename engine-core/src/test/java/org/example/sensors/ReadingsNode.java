package org.example.sensors;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import java.util.List;

/** A source: sensor {@code s} has read the numbers from 0 to {@code s}. One partition per sensor. */
final class ReadingsNode extends SensorNode implements Source {

    private static final long serialVersionUID = 1L;

    private final int sensors;

    ReadingsNode(int id, CallSite callSite, int sensors) {
        super(id, callSite, List.of());
        this.sensors = sensors;
    }

    @Override
    public String kind() {
        return "ReadingsRDD";
    }

    @Override
    public int numPartitions() {
        return sensors;
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(this, partition);
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        return new ReadingsCursor(partition);
    }

    private static final class ReadingsCursor implements Cursor {

        private final int last;
        private int next;

        ReadingsCursor(int last) {
            this.last = last;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            boolean wanted = true;
            for (int i = 0; i < max && next <= last && wanted; i++) {
                wanted = sink.push((double) next++);
            }
            return wanted && next <= last;
        }
    }
}
