package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.spill.FinishedTable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records moved by key, and aggregated if the shuffle says so. */
public final class ShuffledNode extends Node {

    /**
     * @param entries makes this dataset's records of what the shuffle hands out
     * @param placedByKey whether the records are entries that still carry the key they were placed by
     */
    public ShuffledNode(
            int id, CallSite callSite, ShuffleDependency dependency, EntryBuilder entries, boolean placedByKey) {
        super(id, "ShuffledRDD", callSite, new Moved(dependency, entries, placedByKey));
    }

    /** Returns the shuffle that is read: how records are placed and aggregated. */
    public ShuffleDependency dependency() {
        return recipe(Moved.class).dependency();
    }

    /** Returns what makes this dataset's records of what the shuffle hands out. */
    public EntryBuilder entries() {
        return recipe(Moved.class).entries();
    }

    /** Returns whether the records are entries that still carry the key they were placed by. */
    public boolean isPlacedByKey() {
        return recipe(Moved.class).placedByKey();
    }

    @Override
    protected int countPartitions() {
        return dependency().spec().numReducers();
    }

    private record Moved(ShuffleDependency dependency, EntryBuilder entries, boolean placedByKey)
            implements Recipe, Source {

        @Override
        public List<Dependency> dependencies() {
            return List.of(dependency);
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return placedByKey ? Optional.of(dependency.spec().partitioner()) : Optional.empty();
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Read(this, partition);
        }

        @Override
        public Cursor open(int partition, TaskInputs inputs) throws Exception {
            return new ShuffleCursor(inputs.shuffle(dependency, partition), entries, placedByKey);
        }
    }

    /** Makes records of the entries of a shuffle. */
    static final class ShuffleCursor implements Cursor, EntrySink {

        private final ShuffleReader reader;
        private final EntryBuilder entries;
        private final boolean areEntries;
        private @Nullable Sink target;
        private boolean wanted = true;

        /** @param areEntries whether records have the keys and values of the entries that they are made of */
        ShuffleCursor(ShuffleReader reader, EntryBuilder entries, boolean areEntries) {
            this.reader = reader;
            this.entries = entries;
            this.areEntries = areEntries;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            target = sink;
            return reader.drive(this, max) && wanted;
        }

        @Override
        public boolean push(@Nullable Object key, @Nullable Object value) throws Exception {
            wanted = target != null && target.push(entries.record(key, value));
            return wanted;
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            return areEntries && target != null && target.takeTable(table);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
