/**
 * Whether two runs have computed the same values: 64 bits of everything a value contains.
 *
 * <p>Start at {@link dev.favilla.digest.ContentDigest}, the one public class.
 */
@NullMarked
package dev.favilla.digest;

import org.jspecify.annotations.NullMarked;
