/**
 * Decides which stages run: jobs, stages, what is lost, what is rolled back.
 *
 * <p>Start at {@link dev.favilla.scheduler.dag.DagScheduler}, the one public class: it is the scheduler's state machine,
 * and only the assembly of an engine constructs it. Everything here runs on the scheduler's turn: no locks, no threads, no
 * user code, no records. Facts are kept once, by whom they belong to: map outputs and generations by the tracker, cached
 * partitions by {@code CachedPartitions}, pending partitions by their {@code Stage}. What may run is derived from these
 * facts after every change, never from the change itself.
 */
@NullMarked
package dev.favilla.scheduler.dag;

import org.jspecify.annotations.NullMarked;
