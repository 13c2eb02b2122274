/**
 * The frame that every stored or sent block wears: who wrote it, how long it is, compressed or not, and checksums over
 * all of that.
 *
 * <p>Start at {@link dev.favilla.frame.BlockFrame}. This package knows bytes, never what they mean.
 */
@NullMarked
package dev.favilla.frame;

import org.jspecify.annotations.NullMarked;
