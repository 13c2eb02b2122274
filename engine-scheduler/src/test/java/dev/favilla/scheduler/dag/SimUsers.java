package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Those who submit jobs, cancel them and say what is to be kept. */
final class SimUsers {

    private final SimChance chance;
    private final SimLineage lineage;
    private final SimContents contents;
    private final Consumer<SchedulerEvent> tell;
    private final Set<Integer> persisted = new TreeSet<>();
    private final int jobsToSubmit;
    private final boolean concurrent;

    private int submitted;

    SimUsers(SimChance chance, SimLineage lineage, SimContents contents, Consumer<SchedulerEvent> tell) {
        this.chance = chance;
        this.lineage = lineage;
        this.contents = contents;
        this.tell = tell;
        this.jobsToSubmit = chance.between(1, 8);
        this.concurrent = chance.oneIn(2);
        for (SimNode node : lineage.nodes()) {
            if (chance.oneIn(3)) {
                persisted.add(node.id());
            }
        }
    }

    int submitted() {
        return submitted;
    }

    boolean isDone() {
        return submitted == jobsToSubmit;
    }

    /** Returns whether another job may be submitted after {@code ended} have ended. */
    boolean maySubmit(int ended) {
        return !isDone() && (concurrent || ended == submitted);
    }

    void submit() {
        SimNode target = chance.oneOf(lineage.nodes());
        List<Integer> partitions = new ArrayList<>();
        for (int partition = 0; partition < target.numPartitions(); partition++) {
            if (!chance.oneIn(4)) {
                partitions.add(chance.below(partitions.size() + 1), partition);
            }
        }
        Map<Integer, StorageLevel> levels = new HashMap<>();
        persisted.forEach(id -> levels.put(id, StorageLevel.MEMORY_ONLY));
        JobRequest request = new JobRequest(
                target, partitions, action(), levels, Map.of(), target.callSite(), SimSettings.job(chance), null);
        StageGraph stages = StageGraph.of(target, partitions, levels.keySet());
        tell.accept(new SchedulerEvent.JobSubmitted(submitted++, request, stages));
    }

    private SimAction action() {
        int kind = chance.below(10);
        if (kind == 0) {
            return SimAction.FOREACH;
        }
        return kind < 4 ? SimAction.REDUCE : kind < 6 ? SimAction.SAVE : SimAction.COLLECT;
    }

    /** Changes their minds, now and then. {@code latestAttempt} and {@code latestStage} are the last numbers given. */
    void disturb(long latestAttempt, int latestStage) {
        SimFaults faults = chance.faults();
        if (submitted > 0 && chance.happens(faults.cancel())) {
            tell.accept(new SchedulerEvent.JobsCancelled(selector(latestStage), "not wanted"));
        }
        if (latestAttempt >= 0 && chance.happens(faults.unwanted())) {
            long attempt = Math.max(0, latestAttempt - chance.below(4));
            tell.accept(new SchedulerEvent.AttemptUnwanted(attempt, "somebody minds it"));
        }
        if (!persisted.isEmpty() && chance.happens(faults.evict() / 10)) {
            unpersist(chance.oneOf(List.copyOf(persisted)));
        }
    }

    private JobSelector selector(int latestStage) {
        int kind = chance.below(20);
        if (kind == 0) {
            return new JobSelector.All();
        }
        if (kind < 3) {
            return new JobSelector.InGroup(chance.oneOf(SimSettings.NAMES), chance.oneIn(3));
        }
        if (kind < 5) {
            return new JobSelector.WithTag(chance.oneOf(SimSettings.NAMES));
        }
        return kind < 8
                ? new JobSelector.UsingStage(Math.max(0, latestStage - chance.below(4)))
                : new JobSelector.One(chance.below(submitted));
    }

    private void unpersist(int rddId) {
        persisted.remove(rddId);
        contents.unpersist(rddId);
        tell.accept(new SchedulerEvent.DatasetUnpersisted(rddId));
    }

    /** Keeps nothing any more. */
    void unpersistAll() {
        List.copyOf(persisted).forEach(this::unpersist);
    }
}
