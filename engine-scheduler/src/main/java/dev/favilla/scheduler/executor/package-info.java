/**
 * One executor of this JVM: task slots, and the attempts that run in them.
 *
 * <p>Start at {@link dev.favilla.scheduler.executor.InProcessExecutor}. An attempt is run by {@code TaskRun}, which
 * alone decides how it ended; {@link dev.favilla.pipeline.PipelineBuilder} assembles what it runs. Everything of an
 * attempt belongs to its slot's thread; what is shared between slots is the queue in front of them, the memory
 * manager, the block manager and the shuffle.
 *
 * <p>Nothing here decides what runs where, or what happens after a failure.
 */
@NullMarked
package dev.favilla.scheduler.executor;

import org.jspecify.annotations.NullMarked;
