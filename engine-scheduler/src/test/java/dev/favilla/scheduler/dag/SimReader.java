package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.dag.SimExecutor.Block;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Computes partitions from what lies on executors at this moment, as the real executor does it. */
final class SimReader {

    /** How many contents a dataset may have that has few. */
    private static final int FEW = 2;

    private final Map<ExecutorId, SimExecutor> executors;
    private final SplittableRandom nonces;
    private final BiConsumer<SimExecutor, BlockId> discard;

    /**
     * @param executors all that are there
     * @param nonces makes contents differ
     * @param discard drops a block that was made from something older
     */
    SimReader(
            Map<ExecutorId, SimExecutor> executors, SplittableRandom nonces, BiConsumer<SimExecutor, BlockId> discard) {
        this.executors = executors;
        this.nonces = nonces;
        this.discard = discard;
    }

    /** An input is not to be had. */
    private static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient TaskOutcome outcome;

        Lost(TaskOutcome outcome) {
            super(null, null, false, false);
            this.outcome = outcome;
        }
    }

    /** Lets an attempt read all its inputs and keep what is to be kept. */
    void run(SimAttempt attempt, SimNode target) {
        try {
            attempt.computed(evaluate(target, attempt.task.partition(), attempt));
        } catch (Lost e) {
            attempt.lost(e.outcome);
        }
    }

    private SimValue evaluate(SimNode node, int partition, SimAttempt attempt) {
        if (!attempt.task.persisted().containsKey(node.id())) {
            return compute(node, partition, attempt);
        }
        BlockId id = new BlockId(node.id(), partition);
        long inputVersion = inputVersion(node, attempt.task);
        Block block = attempt.made.get(id);
        if (block == null) {
            block = find(id, inputVersion, attempt.executor);
            if (block != null) {
                attempt.found.put(id, block);
            }
        }
        if (block == null) {
            SimValue value = compute(node, partition, attempt).as(SimValue.Source.block(node.id(), partition));
            block = new Block(value, inputVersion);
            attempt.made.put(id, block);
        }
        return block.value();
    }

    private static long inputVersion(SimNode node, TaskSpec task) {
        long inputVersion = 0;
        for (int shuffle : node.shufflesBelow()) {
            inputVersion = SimValue.mix(
                    inputVersion + SimValue.mix(shuffle) + task.generations().getOrDefault(shuffle, 0L));
        }
        for (int rddId : node.datasetsBelow()) {
            long firstValid = task.reads().firstValidAttempts().getOrDefault(rddId, 0L);
            inputVersion =
                    firstValid == 0 ? inputVersion : SimValue.mix(inputVersion + SimValue.mix(~rddId) + firstValid);
        }
        return inputVersion;
    }

    private @Nullable Block find(BlockId id, long inputVersion, SimExecutor here) {
        Block own = here.blocks.get(id);
        if (own != null) {
            if (own.inputVersion() == inputVersion) {
                return own;
            }
            discard.accept(here, id);
        }
        for (SimExecutor other : executors.values()) {
            Block block = other == here ? null : other.blocks.get(id);
            if (block != null && block.inputVersion() == inputVersion) {
                return block;
            }
        }
        return null;
    }

    private SimValue compute(SimNode node, int partition, SimAttempt attempt) {
        List<SimValue> parts = new ArrayList<>(4);
        List<Dependency> dependencies = node.dependencies();
        for (int i = 0; i < dependencies.size(); i++) {
            if (dependencies.get(i) instanceof ShuffleDependency shuffle) {
                read(shuffle.shuffleId(), partition, attempt.task, parts);
            } else {
                SimNode parent = (SimNode) dependencies.get(i).parent();
                for (int needed : node.needs(i, partition)) {
                    parts.add(evaluate(parent, needed, attempt));
                }
            }
        }
        return SimValue.of(SimLineage.seedOf(node, partition) + nonce(node), parts);
    }

    private long nonce(SimNode node) {
        if (node.isDeterministic()) {
            return 0;
        }
        return SimValue.mix(node.id() % 3 == 0 ? nonces.nextInt(FEW) : nonces.nextLong());
    }

    private void read(int shuffle, int reducer, TaskSpec task, List<SimValue> parts) {
        MapOutputs inputs = task.inputs().get(shuffle);
        if (inputs == null) {
            throw new Lost(new TaskOutcome.InputMissing(shuffle));
        }
        for (MapOutput output : inputs.outputs()) {
            SimExecutor holder = executors.get(output.executor());
            SimValue value = holder == null
                    ? null
                    : holder.outputs.get(
                            new Registered(shuffle, output.mapPartition(), output.attemptId(), output.executor()));
            if (value == null) {
                throw new Lost(new TaskOutcome.FetchFailed(
                        shuffle, output.mapPartition(), output.attemptId(), "output is gone"));
            }
            parts.add(SimValue.bucket(SimValue.Source.output(shuffle, output.mapPartition()), value, reducer));
        }
    }
}
