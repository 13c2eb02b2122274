/**
 * Records to bytes and back, the frame every stored block wears, functions prepared for tasks, and what can be known of
 * a value without running it: whether it is deeply immutable, how it hashes, how large it is.
 *
 * <p>Records come back equal or are refused when they are written; classes are numbered, never looked up by name.
 *
 * <p>Start at {@link dev.favilla.serializer.Serializer} for records and {@link dev.favilla.serializer.Closure} for
 * functions. Nothing here knows what is serialized for whom.
 */
@NullMarked
package dev.favilla.serializer;

import org.jspecify.annotations.NullMarked;
