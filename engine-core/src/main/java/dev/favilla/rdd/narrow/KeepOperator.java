package dev.favilla.rdd.narrow;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import org.jspecify.annotations.Nullable;

/** Reads a partition that is cached on the way, and makes one record of it: the input version of its block. */
public record KeepOperator() implements Operator.Push {

    @Override
    public String name() {
        return "localCheckpoint";
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        LineageNode kept = result.dataset().dependencies().get(0).parent();
        long inputVersion = inputs.inputVersion(kept, result.number());
        return new Sink() {
            @Override
            public boolean push(@Nullable Object record) {
                return true;
            }

            @Override
            public void end() throws Exception {
                downstream.push(inputVersion);
                downstream.end();
            }
        };
    }
}
