package dev.favilla.pipeline;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.storage.BlockBuilder;

/** What happens to the records of a pipeline between its source and its end, one step of many. */
sealed interface Step {

    /** A step that takes records as they are pushed, and can be fused with its neighbours. */
    sealed interface Push extends Step {

        /** Makes the operator for one attempt. */
        Sink over(Sink downstream, TaskInputs inputs) throws Exception;
    }

    /** An operator of a plan. */
    record Operator(PartitionPlan.SinkFactory factory) implements Push {

        @Override
        public Sink over(Sink downstream, TaskInputs inputs) throws Exception {
            return factory.over(downstream, inputs);
        }
    }

    /** The place where a partition is being cached. */
    record Tee(LineageNode dataset, BlockBuilder block) implements Push {

        @Override
        public Sink over(Sink downstream, TaskInputs inputs) {
            return new TeeSink(dataset, block, downstream);
        }
    }

    /** An iterator of a plan over the iterator below it. */
    record Pull(PartitionPlan.IteratorFactory factory) implements Step {}
}
