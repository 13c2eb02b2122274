package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.task.PreferredLocations;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the data of a stage's tasks lies: the cached partition nearest to a task's own, what its source prefers,
 * or else the executor with the largest part of its map outputs. With a single executor there is nothing to find. What is
 * found is a hint: where a dataset reads several parents, the same partition of each is looked at.
 */
final class LocalityFinder {

    /** An executor with less than this share of a task's map outputs is no better place than any other. */
    private static final double WORTHWHILE_SHARE = 0.2;

    /** An executor with this share of the largest part is as good: sizes are known to about a tenth. */
    private static final double AS_GOOD = 0.8;

    /** Looking at each map output for each reducer is worth it up to here. */
    private static final int MOST_MAPS = 1000;

    private static final int MOST_REDUCERS = 1000;

    /** How many datasets are looked at for one stage, over all its tasks. */
    private static final int MOST_STEPS = 200_000;

    /** As many map outputs are looked at in the time that a step takes. */
    private static final int OUTPUTS_PER_STEP = 8;

    private final CachedPartitions cache;
    private final TaskScheduler tasks;

    LocalityFinder(CachedPartitions cache, TaskScheduler tasks) {
        this.cache = cache;
        this.tasks = tasks;
    }

    /** Returns where the data of a stage's tasks lies. */
    PreferredLocations of(Stage stage, InputSnapshot reads) {
        if (tasks.executorCount() < 2) {
            return PreferredLocations.NONE;
        }
        Map<ExecutorId, Short> numbers = new LinkedHashMap<>();
        short[] places = new short[stage.tasks()];
        Arrays.fill(places, (short) -1);
        Search search = new Search(stage, reads);
        for (int index = stage.pending().nextSetBit(0);
                index >= 0 && search.steps < MOST_STEPS;
                index = stage.pending().nextSetBit(index + 1)) {
            ExecutorId place = search.placeOf(stage.partitionOf(index));
            if (place != null && tasks.takesTasks(place)) {
                places[index] = numbers.computeIfAbsent(place, id -> (short) numbers.size());
            }
        }
        return numbers.isEmpty()
                ? PreferredLocations.NONE
                : new PreferredLocations(new ArrayList<>(numbers.keySet()), places);
    }

    /** Walks down from one partition after the other. */
    private final class Search {

        private final LineageNode target;
        private final Map<Integer, StorageLevel> persisted;
        private final InputSnapshot reads;

        /** Parents that are to be looked at after what is below the present one. */
        private final Deque<Step> branches = new ArrayDeque<>();

        /** The datasets reached by branches, so that no branch is walked twice. */
        private final Set<Integer> seen = new HashSet<>();

        private int steps;

        private record Step(LineageNode node, int partition) {}

        Search(Stage stage, InputSnapshot reads) {
            this.target = stage.plan().target();
            this.persisted = stage.owner().job().persisted();
            this.reads = reads;
        }

        /** Returns the first place met without crossing a shuffle, else that of what is shuffled; null if there is none. */
        @Nullable
        ExecutorId placeOf(int targetPartition) {
            branches.clear();
            seen.clear();
            branches.push(new Step(target, targetPartition));
            Step shuffled = null;
            while (!branches.isEmpty()) {
                Step step = branches.pop();
                while (step != null) {
                    steps++;
                    ExecutorId near = nearest(step);
                    if (near != null) {
                        return near;
                    }
                    if (shuffled == null && readsShuffle(step.node())) {
                        shuffled = step;
                    }
                    step = next(step);
                }
            }
            return shuffled == null ? null : largestHolder(shuffled.node(), shuffled.partition());
        }

        /** Returns the one thing that a partition is computed from; if there are several, notes them for later. */
        private @Nullable Step next(Step step) {
            PartitionPlan plan = step.node().plan(step.partition());
            Step only = null;
            if (plan instanceof PartitionPlan.Apply apply) {
                only = new Step(apply.parent(), apply.partition());
            } else {
                branch(step);
            }
            // along a single line nothing comes twice
            return only == null || seen.isEmpty() || seen.add(only.node().id()) ? only : null;
        }

        private void branch(Step step) {
            List<Dependency> dependencies = step.node().dependencies();
            for (int i = dependencies.size() - 1; i >= 0; i--) { // so that the first one is looked at first
                LineageNode parent = dependencies.get(i).parent();
                if (dependencies.get(i) instanceof NarrowDependency
                        && parent.numPartitions() == step.node().numPartitions()
                        && seen.add(parent.id())) {
                    branches.push(new Step(parent, step.partition()));
                }
            }
        }

        /** Returns where a partition is cached, or best computed, or null. */
        private @Nullable ExecutorId nearest(Step step) {
            if (!persisted.isEmpty() && persisted.containsKey(step.node().id())) {
                ExecutorId cached = cache.location(step.node().id(), step.partition(), tasks::takesTasks);
                if (cached != null) {
                    return cached;
                }
            }
            for (String name : step.node().preferredExecutors(step.partition())) {
                Optional<ExecutorId> preferred = tasks.executorNamed(name);
                if (preferred.isPresent()) {
                    return preferred.get();
                }
            }
            return null;
        }

        private static boolean readsShuffle(LineageNode node) {
            for (Dependency dependency : node.dependencies()) {
                if (dependency instanceof ShuffleDependency) {
                    return true;
                }
            }
            return false;
        }

        /**
         * Returns the executor with most of what is shuffled to a partition, if that is worth anything. Where several have
         * about as much they take turns: otherwise all reducers of an even shuffle would queue at one.
         */
        private @Nullable ExecutorId largestHolder(LineageNode node, int partition) {
            Map<ExecutorId, long[]> held = new HashMap<>();
            for (Dependency dependency : node.dependencies()) {
                MapOutputs outputs = dependency instanceof ShuffleDependency shuffle
                                && shuffle.spec().numReducers() <= MOST_REDUCERS
                        ? reads.inputs().get(shuffle.shuffleId())
                        : null;
                if (outputs != null && outputs.outputs().size() <= MOST_MAPS) {
                    count(outputs.outputs(), partition, held);
                    steps += outputs.outputs().size() / OUTPUTS_PER_STEP;
                }
            }
            long total = 0;
            long largest = 0;
            for (long[] bytes : held.values()) {
                total += bytes[0];
                largest = Math.max(largest, bytes[0]);
            }
            if (largest == 0 || largest < WORTHWHILE_SHARE * total) {
                return null;
            }
            double enough = AS_GOOD * largest;
            List<ExecutorId> best = held.entrySet().stream()
                    .filter(entry -> entry.getValue()[0] >= enough)
                    .map(Map.Entry::getKey)
                    .sorted(Comparator.comparing(ExecutorId::toString))
                    .toList();
            return best.get(partition % best.size());
        }

        private static void count(List<MapOutput> outputs, int reducer, Map<ExecutorId, long[]> held) {
            for (MapOutput output : outputs) {
                held.computeIfAbsent(output.executor(), id -> new long[1])[0] +=
                        output.sizes().estimate(reducer);
            }
        }
    }
}
