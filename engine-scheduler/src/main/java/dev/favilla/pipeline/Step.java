package dev.favilla.pipeline;

import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.storage.BlockBuilder;
import java.util.Iterator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What happens to the records of a pipeline between its source and its end, one step of many. */
sealed interface Step {

    /** Returns the step in which {@code operator} makes {@code result}. */
    static Step of(Operator operator, DatasetPartition result) {
        return operator instanceof Operator.Push push
                ? new Fused(push, result)
                : new Pull((Operator.Pull) operator, result);
    }

    /** A step that takes records as they are pushed, and can be fused with its neighbours. */
    sealed interface Push extends Step {

        /** Makes the sink of one attempt. */
        Sink over(Sink downstream, TaskInputs inputs) throws Exception;

        /** Returns whether it may pass on several records for one. */
        boolean multiplies();

        /** Returns whether it may change what it has passed on, and pass it on again. */
        boolean mayReuse();
    }

    /** An operator that works record by record. */
    record Fused(Operator.Push operator, DatasetPartition result) implements Push {

        @Override
        public Sink over(Sink downstream, TaskInputs inputs) throws Exception {
            return operator.over(result, downstream, inputs);
        }

        @Override
        public boolean multiplies() {
            return operator.multiplies();
        }

        @Override
        public boolean mayReuse() {
            return operator.mayReuse();
        }
    }

    /**
     * The place where a partition is being cached.
     *
     * @param copies whether records that could be changed are kept as copies
     */
    record Tee(LineageNode dataset, BlockBuilder block, boolean copies) implements Push {

        @Override
        public Sink over(Sink downstream, TaskInputs inputs) {
            return new TeeSink(dataset, block, downstream, inputs.scope(), copies);
        }

        @Override
        public boolean multiplies() {
            return false;
        }

        @Override
        public boolean mayReuse() {
            return false;
        }

        /** Returns the same, keeping copies. */
        Tee copying() {
            return new Tee(dataset, block, true);
        }
    }

    /**
     * A place where somebody looks at the records.
     *
     * @param onlooker returns what looks at them on their way to another sink
     */
    record Watched(UnaryOperator<Sink> onlooker) implements Push {

        @Override
        public Sink over(Sink downstream, TaskInputs inputs) {
            return onlooker.apply(downstream);
        }

        @Override
        public boolean multiplies() {
            return false;
        }

        @Override
        public boolean mayReuse() {
            return false;
        }
    }

    /** An operator that iterates over what is below. */
    record Pull(Operator.Pull operator, DatasetPartition result) implements Step {

        Iterator<? extends @Nullable Object> over(Iterator<@Nullable Object> upstream, TaskInputs inputs)
                throws Exception {
            return operator.over(result, upstream, inputs);
        }
    }
}
