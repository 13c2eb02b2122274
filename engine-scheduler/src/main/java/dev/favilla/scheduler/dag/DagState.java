package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.shuffle.MapOutputTracker;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * What the scheduler knows, in one place, which every class that decides something is handed. Each part keeps its own
 * facts and changes no other's; what a change means for the others is decided in {@link StageLifecycle}, {@link Rollback}
 * and {@link TaskCompletionHandler}.
 */
final class DagState {

    /** How often things may be tried. */
    final RetryPolicy retries;

    /** In which order, where and how patiently tasks are run. */
    final SchedulingPolicy scheduling;

    /** What is to be done and told, and what time it is. */
    final Outbox outbox;

    /** The executors, and what runs on them. */
    final TaskScheduler tasks;

    /** The stages of running jobs. */
    final StageTable stages = new StageTable();

    /** Where map outputs lie; changed through {@link #shuffles} where executors' stores have to follow. */
    final MapOutputTracker tracker;

    /** Where cached partitions lie; changed through {@link #cache} where executors' stores have to follow. */
    final CachedPartitions cachedPartitions = new CachedPartitions();

    final ShuffleRegistry shuffles;
    final CacheTracker cache;
    final InputTracker inputs;

    /** The running jobs. */
    final Jobs jobs;

    DagState(
            MapOutputTracker tracker,
            RetryPolicy retries,
            SchedulingPolicy scheduling,
            InstantSource clock,
            BooleanSupplier observed) {
        this.retries = retries;
        this.scheduling = scheduling;
        this.outbox = new Outbox(clock, observed);
        this.tasks = new TaskScheduler(outbox::add, scheduling, outbox::now);
        this.tracker = tracker;
        this.shuffles = new ShuffleRegistry(tracker, tasks, outbox);
        this.cache = new CacheTracker(cachedPartitions, tasks, outbox);
        this.inputs = new InputTracker(tracker, cachedPartitions);
        this.jobs = new Jobs(stages, tasks, shuffles, outbox);
    }
}
