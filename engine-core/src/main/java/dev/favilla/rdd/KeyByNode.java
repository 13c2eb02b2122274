package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import org.jspecify.annotations.Nullable;

/** One record becomes an entry of its key and itself. */
public final class KeyByNode extends SinkNode {

    private final Closure<MapFunction<@Nullable Object, @Nullable Object>> key;
    private final EntryBuilder entries;

    public KeyByNode(
            int id,
            CallSite callSite,
            LineageNode parent,
            Closure<MapFunction<@Nullable Object, @Nullable Object>> key,
            EntryBuilder entries) {
        super(id, callSite, parent, false);
        this.key = key;
        this.entries = entries;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new KeyBySink(this, key.forTask(inputs.scope()), downstream);
    }

    private static final class KeyBySink extends Sink {

        private final KeyByNode node;
        private final MapFunction<@Nullable Object, @Nullable Object> key;
        private final Sink downstream;

        KeyBySink(KeyByNode node, MapFunction<@Nullable Object, @Nullable Object> key, Sink downstream) {
            this.node = node;
            this.key = key;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object found;
            try {
                found = key.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(node, record, e);
            }
            return downstream.push(node.entries.record(found, record));
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}
