package dev.favilla.scheduler.dag;

import dev.favilla.job.JobFailure;
import dev.favilla.scheduler.task.TaskAttempt;
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
 * Takes back everything that was computed from a shuffle or a cached dataset whose contents have changed, so that
 * nobody ever mixes two versions of anything: outputs of map stages, running or long done, results not yet handed out,
 * cached datasets.
 */
final class Rollback {

    private final DagState dag;
    private final StageLifecycle lifecycle;

    Rollback(DagState dag, StageLifecycle lifecycle) {
        this.dag = dag;
        this.lifecycle = lifecycle;
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
        stale.forEach(dag.cache::drop);
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
        consumersOf(dataset, firstWithout, dag.cache.computedFrom(dataset), cause);
    }

    /**
     * Rolls back what may have read the blocks of an attempt that used other contents of datasets than everybody else,
     * and the job whose action it may have run with them.
     */
    void readersOf(TaskAttempt attempt, List<PublishedBlock> made, Set<Integer> contradicted) {
        String cause = attempt + " used other records of cached datasets " + contradicted + " than others";
        Set<Integer> spoiled = new TreeSet<>();
        contradicted.forEach(dataset -> spoiled.addAll(dag.cache.computedFrom(dataset)));
        spoiled.retainAll(made.stream().map(block -> block.id().rddId()).toList());
        for (int dataset : spoiled) {
            dag.cache.invalidate(dataset);
            consumersOf(dataset, dag.tasks.nextAttemptId(), dag.cache.computedFrom(dataset), cause);
        }
        Stage stage = dag.stages.byId(attempt.set().tasks().stageId());
        if (stage != null
                && stage.output() == null
                && isIrrevocable(stage.owner().job())) {
            dag.jobs.fail(stage.owner().job(), cannotBeTakenBack(stage.owner().job(), cause));
        }
    }

    private void consumersOf(int dataset, long firstWithout, Set<Integer> computedFrom, String cause) {
        List<Integer> shufflesBelow = new ArrayList<>(dag.shuffles.computedFrom(dataset, firstWithout));
        for (int above : computedFrom) { // what lies there goes now: whoever was launched before may have read it
            dag.cache.invalidate(above);
            shufflesBelow.addAll(dag.shuffles.computedFrom(above, dag.tasks.nextAttemptId()));
        }
        Set<Integer> affected = closure(shufflesBelow);
        Set<Job> readers = new LinkedHashSet<>(readersOf(affected));
        for (Job job : dag.jobs.all()) {
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
        stale.forEach(dag.cache::drop);
        dag.tasks.refresh(dag.cache::firstValidAttempt);
    }

    private void invalidate(int shuffle, String cause) {
        dag.shuffles.invalidate(shuffle);
        Stage stage = dag.stages.writing(shuffle);
        if (stage != null) {
            lifecycle.inputChanged(stage, cause);
        }
    }

    private List<Job> readersOf(Set<Integer> affected) {
        return dag.jobs.all().stream()
                .filter(job -> containsAny(affected, job.result().parentShuffles()))
                .toList();
    }

    /** Returns shuffles and all that are computed from them, however indirectly. */
    private Set<Integer> closure(List<Integer> changed) {
        Set<Integer> affected = new LinkedHashSet<>(changed);
        Deque<Integer> unvisited = new ArrayDeque<>(changed);
        while (!unvisited.isEmpty()) {
            for (int shuffle : dag.shuffles.consumers(unvisited.remove())) {
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
            Stage stage = dag.stages.writing(shuffle);
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
            dag.jobs.fail(job, cannotBeTakenBack(job, cause));
            return;
        }
        TaskSet merge = job.merge();
        if (merge != null) {
            dag.tasks.retire(merge);
            job.merge(null);
        }
        job.discardStaged();
        lifecycle.inputChanged(result, cause);
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
