/**
 * The contract of the scheduler: what a job is, what happens to it, and what executors are told. For the engine; what
 * users, listeners and extensions see of it are the packages {@link dev.favilla.task}, {@link dev.favilla.job}, {@link
 * dev.favilla.status} and {@link dev.favilla.event}, which know nothing of this one.
 *
 * <p>Start at {@link dev.favilla.scheduler.JobScheduler}. Decisions are taken by a pure state machine that turns
 * {@link dev.favilla.scheduler.SchedulerEvent}s into {@link dev.favilla.scheduler.SchedulerCommand}s, one at a time;
 * {@link dev.favilla.scheduler.SchedulerStateMachine} is its heart. Nothing here touches records.
 */
@NullMarked
package dev.favilla.scheduler;

import org.jspecify.annotations.NullMarked;
