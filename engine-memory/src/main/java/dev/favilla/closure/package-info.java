/**
 * Functions of users, prepared for tasks: checked and written when they are captured, copied for each attempt that needs
 * a copy of its own.
 *
 * <p>Start at {@link dev.favilla.closure.Closure}.
 */
@NullMarked
package dev.favilla.closure;

import org.jspecify.annotations.NullMarked;
