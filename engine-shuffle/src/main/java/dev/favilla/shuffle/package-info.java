/**
 * How records move between stages: where a key goes, what a map task leaves behind, and who knows where it lies.
 *
 * <p>Start at {@link dev.favilla.shuffle.ShuffleManager}. Tasks write with a {@link dev.favilla.shuffle.ShuffleWriter},
 * the scheduler keeps what they left in a {@link dev.favilla.shuffle.MapOutputTracker}, readers are given a snapshot of
 * it. What lies on another executor comes through a {@link dev.favilla.shuffle.BlockTransfer} from its
 * {@link dev.favilla.shuffle.BlockServer}; a {@link dev.favilla.shuffle.BlockNetwork} connects the two. Nothing here knows stages or jobs.
 */
@NullMarked
package dev.favilla.shuffle;

import org.jspecify.annotations.NullMarked;
