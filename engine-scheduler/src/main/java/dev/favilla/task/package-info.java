/**
 * What user code may know of the task that runs it and ask of it, and how tasks end.
 *
 * <p>Start at {@link dev.favilla.task.TaskContext}. The engine's own side of an attempt is not here.
 */
@NullMarked
package dev.favilla.task;

import org.jspecify.annotations.NullMarked;
