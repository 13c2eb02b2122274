/**
 * What one attempt of a task holds while it runs, what it counts, and which executor runs it.
 *
 * <p>Start at {@link dev.favilla.attempt.TaskScope}, which every layer is handed while an attempt runs.
 */
@NullMarked
package dev.favilla.attempt;

import org.jspecify.annotations.NullMarked;
