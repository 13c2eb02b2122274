package dev.favilla.lineage;

import java.io.Serializable;
import java.util.List;

/**
 * Says that a dataset is no longer computed from others: a checkpoint took their place. What was cached of it before is
 * as good as it was, and is found by the input versions it had then.
 *
 * @param inputVersions of the blocks of each partition, as they were when the lineage was cut
 * @param toBlocks whether those blocks are all that is left of it; otherwise its plans read a copy
 */
public record LineageCut(List<Long> inputVersions, boolean toBlocks) implements Serializable {

    public LineageCut {
        inputVersions = List.copyOf(inputVersions);
    }

    /** Returns the input version of a partition's block. */
    public long inputVersion(int partition) {
        return inputVersions.get(partition);
    }
}
