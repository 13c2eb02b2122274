package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.spill.SharedTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Computes a dataset the plain way, stage by stage and step by step, and each stage from a copy that has passed as bytes.
 * Used by one thread.
 */
final class CopiedRun implements AutoCloseable {

    private static final int STEP = 7; // small, so that cursors are driven more than once

    private final Serializer serializer;
    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(64L << 20, 0.5);
    private final ShuffleManager shuffles;
    private final SharedTables tables;
    private final Map<Integer, ShuffleDependency> originals = new HashMap<>();
    private final Map<Integer, MapOutputs> written = new HashMap<>();
    private long nextAttempt;

    /** @param broadcasts what the original has broadcast */
    CopiedRun(Serializer serializer, LongFunction<@Nullable Object> broadcasts) {
        this.serializer = serializer;
        this.tables = new SharedTables(memory, broadcasts);
        this.shuffles = new HashShuffleManager(memory, serializer, new ExecutorId("copied", 0));
    }

    List<@Nullable Object> collect(LineageNode target) throws Exception {
        List<@Nullable Object> all = new ArrayList<>();
        LineageNode copy = copyOf(target);
        for (int partition = 0; partition < copy.numPartitions(); partition++) {
            try (Attempt attempt = new Attempt()) {
                all.addAll(attempt.records(copy, partition));
            }
        }
        return all;
    }

    LineageNode copyOf(LineageNode target) {
        rememberShuffles(target);
        return LineageBinary.of(target, "nothing", serializer).read().target();
    }

    private void rememberShuffles(LineageNode node) {
        for (Dependency dependency : node.dependencies()) {
            if (dependency instanceof ShuffleDependency shuffle) {
                originals.put(shuffle.shuffleId(), shuffle);
            }
            rememberShuffles(dependency.parent());
        }
    }

    private MapOutputs outputs(int shuffleId) throws Exception {
        MapOutputs known = written.get(shuffleId);
        if (known == null) {
            known = write((ShuffleDependency)
                    originals.get(shuffleId).binary(serializer).read().work());
            written.put(shuffleId, known);
        }
        return known;
    }

    private MapOutputs write(ShuffleDependency copy) throws Exception {
        List<MapOutput> outputs = new ArrayList<>();
        for (int partition = 0; partition < copy.parent().numPartitions(); partition++) {
            try (Attempt attempt = new Attempt();
                    ShuffleWriter writer = shuffles.writer(copy.spec(), partition, attempt.scope)) {
                for (Object record : attempt.records(copy.parent(), partition)) {
                    writer.write(copy.entries().key(record), copy.entries().value(record));
                }
                outputs.add(writer.commit());
            }
        }
        return new MapOutputs(copy.shuffleId(), 0, outputs);
    }

    @Override
    public void close() {
        tables.clear();
        shuffles.close();
    }

    private final class Attempt implements TaskInputs, AutoCloseable {

        private final TaskScope scope =
                new TaskScope(nextAttempt++, "copied attempt", memory.openTask("copied attempt"));

        Attempt() {
            RecordCopier.attachTo(scope, serializer);
            scope.attachment(SharedTables.class, SharedTables.class, () -> tables);
        }

        List<@Nullable Object> records(LineageNode node, int partition) throws Exception {
            PartitionPlan plan = node.plan(partition);
            Gathering gathered = new Gathering();
            if (plan instanceof PartitionPlan.Read read) {
                try (Cursor cursor = read.source().open(read.partition(), this)) {
                    while (cursor.drive(gathered, STEP)) {
                        // until all is there
                    }
                }
            } else if (plan instanceof PartitionPlan.Apply apply) {
                List<@Nullable Object> below = records(apply.parent(), apply.partition());
                run(apply.operator(), new DatasetPartition(node, partition), below, gathered);
            }
            return gathered.records;
        }

        private void run(Operator operator, DatasetPartition result, List<@Nullable Object> below, Gathering gathered)
                throws Exception {
            if (operator instanceof Operator.Push push) {
                Sink sink = push.over(result, gathered, this);
                for (Object record : below) {
                    sink.push(record);
                }
                sink.end();
            } else if (operator instanceof Operator.Pull pull) {
                pull.over(result, below.iterator(), this).forEachRemaining(gathered.records::add);
            }
        }

        @Override
        public TaskScope scope() {
            return scope;
        }

        @Override
        public long inputVersion(LineageNode node, int partition) {
            return 0; // nothing is cached here
        }

        @Override
        public Iterator<@Nullable Object> pull(LineageNode node, int partition) throws Exception {
            return records(node, partition).iterator();
        }

        @Override
        public Cursor open(LineageNode node, int partition) throws Exception {
            Iterator<?> records = records(node, partition).iterator();
            return (sink, max) -> {
                for (int i = 0; i < max && records.hasNext(); i++) {
                    sink.push(records.next());
                }
                return records.hasNext();
            };
        }

        @Override
        public ShuffleReader shuffle(ShuffleDependency dependency, int partition) {
            try {
                return shuffles.reader(dependency.spec(), outputs(dependency.shuffleId()), partition, scope);
            } catch (Exception e) {
                throw new IllegalStateException("map stage of " + dependency, e);
            }
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    private static final class Gathering extends Sink {

        private final List<@Nullable Object> records = new ArrayList<>();

        @Override
        public boolean push(@Nullable Object record) {
            records.add(record);
            return true;
        }
    }
}
