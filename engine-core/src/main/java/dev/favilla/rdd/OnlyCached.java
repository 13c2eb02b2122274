package dev.favilla.rdd;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.storage.BlockId;
import java.io.Serializable;

/**
 * What is read where a local checkpoint's block is gone: nothing.
 *
 * @param rddId the dataset whose blocks were all that was left of it
 * @param dataset how it is called
 */
public record OnlyCached(int rddId, String dataset) implements Source, Serializable {

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        throw new CheckpointException("Block " + new BlockId(rddId, partition) + " of " + dataset + " is gone, and with"
                + " it that partition: localCheckpoint() has cut its lineage to the cached blocks. They go with"
                + " unpersist() and with their executor. Use checkpoint() with EngineContext.setCheckpointDir where"
                + " executors may be lost.");
    }
}
