/**
 * Gives tasks to executors: task sets, attempts, slots, and how often a partition may fail.
 *
 * <p>Start at {@link dev.favilla.scheduler.task.TaskScheduler}. Everything here runs on the scheduler's turn and holds
 * no locks. It knows tasks and slots, but neither jobs nor what an outcome means for a stage: that is decided in {@code
 * dev.favilla.scheduler.dag}, the only user of this package.
 */
@NullMarked
package dev.favilla.scheduler.task;

import org.jspecify.annotations.NullMarked;
