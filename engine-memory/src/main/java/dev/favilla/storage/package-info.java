/**
 * Cached partitions by id and level: in memory as objects or bytes, outside the heap, and on local disk.
 *
 * <p>Start at {@link dev.favilla.storage.BlockManager}. The cache is a hint: a block may vanish at any time, and whoever
 * misses one computes it again, or finds it on another executor. Nothing here knows how a block is computed.
 */
@NullMarked
package dev.favilla.storage;

import org.jspecify.annotations.NullMarked;
