package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import org.jspecify.annotations.Nullable;

/** An entry becomes its key, or its value. */
public final class ProjectNode extends SinkNode {

    /** Which half of an entry. */
    public enum Half {
        KEY,
        VALUE
    }

    private final EntryExtractor entries;
    private final Half half;

    public ProjectNode(int id, CallSite callSite, LineageNode parent, EntryExtractor entries, Half half) {
        super(id, callSite, parent, false);
        this.entries = entries;
        this.half = half;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new ProjectSink(entries, half == Half.KEY, downstream);
    }

    private static final class ProjectSink extends Sink {

        private final EntryExtractor entries;
        private final boolean key;
        private final Sink downstream;

        ProjectSink(EntryExtractor entries, boolean key, Sink downstream) {
            this.entries = entries;
            this.key = key;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return downstream.push(key ? entries.key(record) : entries.value(record));
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}
