package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.status.SchedulerStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The scheduler, as a pure state machine: told what happened, it says what is to be done.
 *
 * <p>It never blocks, runs no user code and knows no threads, so the same code runs under real executors and in a
 * simulator that plays the worst of orders. Messages may come late, twice, or from executors long gone: attempts and
 * executor incarnations have numbers that are never used again, and what is not expected under its number is ignored.
 *
 * <p><b>Threads.</b> Used by one thread at a time, with all that happened before visible to it.
 *
 * <p><b>Failures.</b> Whatever is thrown, be it for want of memory or by a bug of the engine, leaves the machine in a
 * state that nobody vouches for: another one is to {@link #follow}.
 */
public final class SchedulerStateMachine {

    private final Outbox outbox;
    private final DagScheduler scheduler;

    /**
     * @param tracker knows the map outputs; changed by this machine only
     * @param policy how often things may be tried
     * @param scheduling in which order, where and how patiently tasks are run
     * @param clock for durations in reports and times of events
     * @param observed whether anybody wants {@link SchedulerCommand.Publish}; asked again for each event
     */
    public SchedulerStateMachine(
            MapOutputTracker tracker,
            RetryPolicy policy,
            SchedulingPolicy scheduling,
            InstantSource clock,
            BooleanSupplier observed) {
        this.outbox = new Outbox(clock, observed);
        this.scheduler = new DagScheduler(tracker, policy, scheduling, outbox);
    }

    /** Takes note of an event and returns what is to be done now, in this order. The list is the caller's. */
    public List<SchedulerCommand> on(SchedulerEvent event) {
        apply(event);
        scheduler.settle();
        return outbox.drain();
    }

    private void apply(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.AttemptEnded ended) {
            scheduler.ended(ended);
        } else if (event instanceof SchedulerEvent.AttemptStarted started) {
            scheduler.started(started);
        } else if (event instanceof SchedulerEvent.BlockDropped dropped) {
            scheduler.dropped(dropped);
        } else if (event instanceof SchedulerEvent.JobSubmitted submitted) {
            scheduler.submit(submitted);
        } else if (event instanceof SchedulerEvent.JobsCancelled cancelled) {
            scheduler.cancel(cancelled);
        } else if (event instanceof SchedulerEvent.ExecutorAdded added) {
            scheduler.added(added);
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) {
            scheduler.lost(lost);
        } else if (event instanceof SchedulerEvent.DatasetUnpersisted unpersisted) {
            scheduler.unpersisted(unpersisted);
        } else if (event instanceof SchedulerEvent.ShuffleUnreachable unreachable) {
            scheduler.unreachable(unreachable);
        } else if (event instanceof SchedulerEvent.Stopped stopped) {
            scheduler.stop(stopped);
        } else if (event instanceof SchedulerEvent.TimePassed) {
            scheduler.timePassed();
        } else if (event instanceof SchedulerEvent.AttemptUnwanted unwanted) {
            scheduler.unwanted(unwanted);
        } else if (event instanceof SchedulerEvent.CommitAsked asked) {
            scheduler.commitAsked(asked);
        } else if (event instanceof SchedulerEvent.ExecutorDraining draining) {
            scheduler.draining(draining);
        } else {
            throw new IllegalStateException("Scheduler bug: unknown event " + event + ". Please report this.");
        }
    }

    /**
     * Goes on where another machine was given up, in an order of numbers only: attempts and stages are numbered on, so
     * that messages of old ones mean nothing here, and groups whose future jobs were cancelled stay so. To be called
     * before the first event.
     */
    public void follow(SchedulerStateMachine before) {
        scheduler.follow(before.scheduler);
    }

    /** Returns the jobs, stages and executors of this moment, and a bounded number of those that ended. */
    public SchedulerStatus status() {
        return scheduler.status();
    }

    /** Returns how much is remembered now. */
    public SchedulerTables tables() {
        return scheduler.tables();
    }
}
