package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes back everything that was computed from a shuffle whose contents have changed, so that nobody ever mixes two
 * generations: outputs of map stages, running or long done, results not yet handed out, cached datasets.
 */
final class Rollback {

    private final StageTable stages;
    private final Jobs jobs;
    private final StageRunner runner;
    private final Shuffles shuffles;
    private final CachedData cached;
    private final TaskScheduler tasks;

    Rollback(
            StageTable stages,
            Jobs jobs,
            StageRunner runner,
            Shuffles shuffles,
            CachedData cached,
            TaskScheduler tasks) {
        this.stages = stages;
        this.jobs = jobs;
        this.runner = runner;
        this.shuffles = shuffles;
        this.cached = cached;
        this.tasks = tasks;
    }

    /** Rolls back all consumers of a shuffle that has moved to its next generation, and theirs. */
    void consumersOf(int changed, Stage producer, int mapPartition) {
        String cause = "partition " + mapPartition + " of " + producer
                + " gave other records when it ran again, so what was computed from them is void";
        Set<Integer> affected = closure(changed);
        List<Job> readers = jobs.all().stream()
                .filter(job -> containsAny(affected, job.result().parentShuffles()))
                .toList();
        Set<Integer> stale = staleDatasets(affected, readers);
        for (int shuffle : affected) {
            if (shuffle != changed) {
                shuffles.invalidate(shuffle);
                Stage stage = stages.writing(shuffle);
                if (stage != null) {
                    runner.inputChanged(stage, cause);
                }
            }
        }
        for (Job job : readers) {
            rollBackResult(job, cause);
        }
        stale.forEach(cached::drop);
    }

    /** Returns the shuffle and all that are computed from it, however indirectly. */
    private Set<Integer> closure(int changed) {
        Set<Integer> affected = new LinkedHashSet<>();
        Deque<Integer> unvisited = new ArrayDeque<>();
        affected.add(changed);
        unvisited.add(changed);
        while (!unvisited.isEmpty()) {
            for (int shuffle : shuffles.consumers(unvisited.remove())) {
                if (affected.add(shuffle)) {
                    unvisited.add(shuffle);
                }
            }
        }
        return affected;
    }

    private Set<Integer> staleDatasets(Set<Integer> affected, List<Job> readers) {
        Set<Integer> stale = new TreeSet<>();
        for (int shuffle : affected) {
            Stage stage = stages.writing(shuffle);
            if (stage != null) {
                stale.addAll(Facts.persistedAbove(stage, affected));
            }
        }
        for (Job job : readers) {
            stale.addAll(Facts.persistedAbove(job.result(), affected));
        }
        return stale;
    }

    private void rollBackResult(Job job, String cause) {
        Stage result = job.result();
        if (job.isMerging()) {
            return; // the staged results are consumed; all of them were of one generation
        }
        if (job.request().action().isIrrevocable() && result.hasLaunched()) {
            jobs.fail(
                    job,
                    new JobFailure.Aborted(
                            job.request().action().name() + " cannot be taken back: its effects may have happened, but "
                                    + cause + ". Make the computation deterministic, for example by a fixed seed or a"
                                    + " sorted input, or use an action whose results can be computed again.",
                            null));
            return;
        }
        TaskSet merge = job.merge();
        if (merge != null) {
            tasks.retire(merge);
            job.merge(null);
        }
        job.discardStaged();
        runner.inputChanged(result, cause);
    }

    private static boolean containsAny(Set<Integer> set, Iterable<Integer> elements) {
        for (int element : elements) {
            if (set.contains(element)) {
                return true;
            }
        }
        return false;
    }
}
