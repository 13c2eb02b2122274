package dev.favilla.scheduler.dag;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.BlockId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A simulated executor: attempts that were launched, and contents that lie here. Gone as one. */
final class SimExecutor {

    /** A cached partition and the generations it was made from. */
    record Block(SimValue value, Map<Integer, Long> stamp) {}

    /** An attempt that occupies a slot. */
    static final class Running {
        final TaskSpec task;
        final Map<BlockId, Block> made = new HashMap<>();
        boolean started;

        /** A value or an outcome, once it has read its inputs. */
        @Nullable
        Object computed;

        @Nullable
        String killed;

        Running(TaskSpec task) {
            this.task = task;
        }
    }

    /** An input is not to be had. */
    private static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient TaskOutcome outcome;

        Lost(TaskOutcome outcome) {
            super(outcome.describe(), null, false, false);
            this.outcome = outcome;
        }
    }

    final ExecutorId id;
    final int slots;
    final Map<Long, Running> running = new TreeMap<>();
    final Map<Registered, SimValue> outputs = new HashMap<>();
    final Map<BlockId, Block> blocks = new HashMap<>();

    SimExecutor(ExecutorId id, int slots) {
        this.id = id;
        this.slots = slots;
    }

    /** Returns what an attempt computes from what lies here and elsewhere at this moment, or the outcome without. */
    Object compute(
            TaskSpec task,
            LineageNode target,
            Function<ExecutorId, @Nullable SimExecutor> others,
            SplittableRandom nonces,
            Map<BlockId, Block> made) {
        try {
            return evaluate((SimNode) target, task.partition(), task, others, nonces, made);
        } catch (Lost e) {
            return e.outcome;
        }
    }

    private SimValue evaluate(
            SimNode node,
            int partition,
            TaskSpec task,
            Function<ExecutorId, @Nullable SimExecutor> others,
            SplittableRandom nonces,
            Map<BlockId, Block> made) {
        BlockId id = new BlockId(node.id(), partition);
        boolean kept = task.persisted().containsKey(node.id());
        if (kept) {
            Block block = made.containsKey(id) ? made.get(id) : blocks.get(id);
            if (block != null && isCurrent(block, task)) {
                return block.value();
            }
        }
        List<SimValue> parts = new ArrayList<>();
        Map<Integer, Long> stamp = new HashMap<>();
        List<Dependency> dependencies = node.dependencies();
        for (int i = 0; i < dependencies.size(); i++) {
            if (dependencies.get(i) instanceof ShuffleDependency shuffle) {
                read(shuffle.shuffleId(), partition, task, others, parts);
            } else {
                SimNode parent = (SimNode) dependencies.get(i).parent();
                for (int needed : node.needs(i, partition)) {
                    parts.add(evaluate(parent, needed, task, others, nonces, made));
                }
            }
        }
        long seed = SimLineage.seedOf(node, partition) + (node.isDeterministic() ? 0 : nonces.nextLong());
        SimValue value = SimValue.of(seed, parts);
        if (kept) {
            SimLineage.shufflesBelow(node)
                    .forEach(shuffle -> stamp.put(shuffle, task.generations().get(shuffle)));
            made.put(id, new Block(value, stamp));
        }
        return value;
    }

    private static boolean isCurrent(Block block, TaskSpec task) {
        return block.stamp().entrySet().stream()
                .allMatch(entry -> entry.getValue().equals(task.generations().get(entry.getKey())));
    }

    private void read(
            int shuffle,
            int reducer,
            TaskSpec task,
            Function<ExecutorId, @Nullable SimExecutor> others,
            List<SimValue> parts) {
        MapOutputs inputs = task.inputs().get(shuffle);
        if (inputs == null) {
            throw new Lost(new TaskOutcome.InputMissing(shuffle));
        }
        for (MapOutput output : inputs.outputs()) {
            SimExecutor holder = others.apply(output.executor());
            SimValue value = holder == null
                    ? null
                    : holder.outputs.get(
                            new Registered(shuffle, output.mapPartition(), output.attemptId(), output.executor()));
            if (value == null) {
                throw new Lost(new TaskOutcome.FetchFailed(
                        shuffle, output.mapPartition(), output.attemptId(), "output is gone"));
            }
            parts.add(SimValue.bucket(new SimValue.Source(shuffle, output.mapPartition()), value, reducer));
        }
    }
}
