/**
 * What can be known of a value or a class without running it: whether it is deeply immutable, how it hashes as a key,
 * how large it is, what Java serialization makes of it, and what it refers to.
 *
 * <p>Nothing here writes or reads a value, or keeps one but for {@link dev.favilla.value.NumberList}, a list of numbers as
 * bits.
 */
@NullMarked
package dev.favilla.value;

import org.jspecify.annotations.NullMarked;
