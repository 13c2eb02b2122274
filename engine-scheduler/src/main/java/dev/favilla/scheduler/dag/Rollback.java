package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.storage.PublishedBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes back everything that was computed from a shuffle or a cached dataset whose contents have changed, so that nobody
 * ever mixes two versions of anything: outputs of map stages, running or long done, results not yet handed out, cached datasets.
 */
final class Rollback {

    private final StageTable stages;
    private final Jobs jobs;
    private final StageLifecycle runner;
    private final ShuffleRegistry shuffles;
    private final CacheTracker cached;
    private final TaskScheduler tasks;

    Rollback(
            StageTable stages,
            Jobs jobs,
            StageLifecycle runner,
            ShuffleRegistry shuffles,
            CacheTracker cached,
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
        Set<Integer> affected = closure(List.of(changed));
        List<Job> readers = readersOf(affected);
        Set<Integer> stale = staleDatasets(affected, Set.of(), readers);
        affected.remove(changed);
        affected.forEach(shuffle -> invalidate(shuffle, cause));
        readers.forEach(job -> rollBackResult(job, cause));
        stale.forEach(cached::drop);
    }

    /**
     * Rolls back what may have been computed from a cached dataset as it was before one of its partitions, made again,
     * gave other records.
     *
     * @param firstWithout attempts from this one on cannot have read it as it was
     * @param maker what made it again; its job may have ended
     */
    void consumersOf(int dataset, long firstWithout, TaskAttempt maker) {
        String cause = "cached dataset " + dataset + ", made again by " + maker
                + ", gave other records, so what was computed from them is void";
        consumersOf(dataset, firstWithout, cached.computedFrom(dataset), cause);
    }

    /**
     * Rolls back what may have read the blocks of an attempt that used other contents of datasets than everybody else,
     * and the job whose action it may have run with them.
     */
    void readersOf(TaskAttempt attempt, List<PublishedBlock> made, Set<Integer> contradicted) {
        String cause = attempt + " used other records of cached datasets " + contradicted + " than others";
        Set<Integer> spoiled = new TreeSet<>();
        contradicted.forEach(dataset -> spoiled.addAll(cached.computedFrom(dataset)));
        spoiled.retainAll(made.stream().map(block -> block.id().rddId()).toList());
        for (int dataset : spoiled) {
            cached.invalidate(dataset);
            consumersOf(dataset, tasks.nextAttemptId(), cached.computedFrom(dataset), cause);
        }
        Stage stage = stages.byId(attempt.set().tasks().stageId());
        if (stage != null
                && stage.output() == null
                && isIrrevocable(stage.owner().job())) {
            jobs.fail(stage.owner().job(), cannotBeTakenBack(stage.owner().job(), cause));
        }
    }

    private void consumersOf(int dataset, long firstWithout, Set<Integer> computedFrom, String cause) {
        List<Integer> shufflesBelow = new ArrayList<>(shuffles.computedFrom(dataset, firstWithout));
        for (int above : computedFrom) { // what lies there goes now: whoever was launched before may have read it
            cached.invalidate(above);
            shufflesBelow.addAll(shuffles.computedFrom(above, tasks.nextAttemptId()));
        }
        Set<Integer> affected = closure(shufflesBelow);
        Set<Job> readers = new LinkedHashSet<>(readersOf(affected));
        for (Job job : jobs.all()) {
            Set<Integer> read = InputTracker.persisted(job.result());
            boolean mayHaveReadAbove =
                    containsAny(computedFrom, read) && job.result().hasLaunched();
            if (mayHaveReadAbove || (read.contains(dataset) && job.result().hasLaunchedBefore(firstWithout))) {
                readers.add(job);
            }
        }
        Set<Integer> stale = staleDatasets(affected, Set.of(dataset), readers);
        stale.removeAll(computedFrom);
        affected.forEach(shuffle -> invalidate(shuffle, cause));
        readers.forEach(job -> rollBackResult(job, cause));
        stale.forEach(cached::drop);
        tasks.refresh(cached::firstValidAttempt);
    }

    private void invalidate(int shuffle, String cause) {
        shuffles.invalidate(shuffle);
        Stage stage = stages.writing(shuffle);
        if (stage != null) {
            runner.inputChanged(stage, cause);
        }
    }

    private List<Job> readersOf(Set<Integer> affected) {
        return jobs.all().stream()
                .filter(job -> containsAny(affected, job.result().parentShuffles()))
                .toList();
    }

    /** Returns shuffles and all that are computed from them, however indirectly. */
    private Set<Integer> closure(List<Integer> changed) {
        Set<Integer> affected = new LinkedHashSet<>(changed);
        Deque<Integer> unvisited = new ArrayDeque<>(changed);
        while (!unvisited.isEmpty()) {
            for (int shuffle : shuffles.consumers(unvisited.remove())) {
                if (affected.add(shuffle)) {
                    unvisited.add(shuffle);
                }
            }
        }
        return affected;
    }

    private Set<Integer> staleDatasets(Set<Integer> affected, Set<Integer> datasets, Collection<Job> readers) {
        Set<Integer> stale = new TreeSet<>();
        for (int shuffle : affected) {
            Stage stage = stages.writing(shuffle);
            if (stage != null) {
                stale.addAll(InputTracker.persistedAbove(stage, affected, datasets));
            }
        }
        for (Job job : readers) {
            stale.addAll(InputTracker.persistedAbove(job.result(), affected, datasets));
        }
        return stale;
    }

    private void rollBackResult(Job job, String cause) {
        Stage result = job.result();
        if (job.isMerging()) {
            return; // the staged results are consumed; all of them were computed from the same
        }
        if (isIrrevocable(job) && result.hasLaunched()) {
            jobs.fail(job, cannotBeTakenBack(job, cause));
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

    private static boolean isIrrevocable(Job job) {
        return job.request().action().isIrrevocable();
    }

    private static JobFailure cannotBeTakenBack(Job job, String cause) {
        return new JobFailure.Aborted(
                job.request().action().name() + " cannot be taken back: its effects may have happened, but " + cause
                        + ". Make the computation deterministic, for example by a fixed seed or a sorted input, or"
                        + " use an action whose results can be computed again.",
                null);
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
