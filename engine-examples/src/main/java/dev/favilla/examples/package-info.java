/**
 * Runnable examples, in one jar: the word count of a text, what really happens in a small job, and why large tables are
 * broadcast.
 *
 * <p>Start at {@link dev.favilla.examples.Main}, or, for the engine itself, at {@link
 * dev.favilla.examples.ReadmePipeline}. Everything here uses the public API only.
 */
@NullMarked
package dev.favilla.examples;

import org.jspecify.annotations.NullMarked;
