/**
 * The contract of the scheduler: what a job is, what happens to it, and who is told.
 *
 * <p>Start at {@link dev.favilla.scheduler.JobScheduler}. Decisions are taken by a pure state machine that turns
 * {@link dev.favilla.scheduler.SchedulerEvent}s into {@link dev.favilla.scheduler.SchedulerCommand}s, one at a time;
 * {@link dev.favilla.scheduler.dag.StageState} is its heart. Nothing here touches records.
 */
@NullMarked
package dev.favilla.scheduler;

import org.jspecify.annotations.NullMarked;
