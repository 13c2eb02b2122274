/**
 * Strict mode: sees in one JVM what would fail, or give other results, on a cluster.
 *
 * <p>Start at {@link dev.favilla.pipeline.strict.StrictMode}, of which a context has one, and {@link
 * dev.favilla.pipeline.strict.StrictAttempt}, which watches one attempt from between its operators and around its
 * functions. Nothing here is made, asked or on the way where strict mode is off. What is wrong for certain is refused;
 * what may be meant is reported, once for each line.
 */
@NullMarked
package dev.favilla.pipeline.strict;

import org.jspecify.annotations.NullMarked;
