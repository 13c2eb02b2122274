package dev.favilla.rdd;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.TaskInputs;

/** One input of a step that brings several together by key: shuffled, or read where it lies. */
final class Side {

    private Side() {}

    static Cursor open(Dependency dependency, int partition, EntryBuilder entries, TaskInputs inputs) throws Exception {
        if (dependency instanceof ShuffleDependency shuffle) {
            return new ShuffledNode.ShuffleCursor(inputs.shuffle(shuffle, partition), entries);
        }
        return inputs.open(((NarrowDependency) dependency).parent(), partition);
    }
}
