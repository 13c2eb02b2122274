/**
 * Records to bytes and back, the frame every stored block wears, functions prepared for tasks, and what can be known of
 * a value without running it: whether it is deeply immutable, how it hashes, how large it is.
 *
 * <p>Start at {@link dev.favilla.serializer.Serializer} for records and {@link dev.favilla.serializer.Closure} for
 * functions. Nothing here knows what is serialized for whom.
 */
@NullMarked
package dev.favilla.serializer;

import org.jspecify.annotations.NullMarked;
