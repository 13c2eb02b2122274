package dev.favilla.shuffle;

import java.util.List;

/**
 * The complete map outputs of one shuffle at one moment: what a reader is given, and all it may read.
 *
 * @param shuffleId which shuffle
 * @param generation which generation; a result computed from another one than the current is stale
 * @param outputs one per map partition, in map order
 */
public record MapOutputs(int shuffleId, long generation, List<MapOutput> outputs) {

    public MapOutputs {
        outputs = List.copyOf(outputs);
    }
}
