package dev.favilla.lineage;

import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes small datasets for tests: sources, steps, shuffles. One per test, used by its thread. */
public final class TestLineage {

    private int nextId;
    private int nextShuffle;

    /** Computes the plan of one partition. */
    public interface Plans {

        PartitionPlan of(int partition);
    }

    /** Opens one partition for one attempt. */
    public interface Opener {

        Cursor open(TaskInputs inputs) throws Exception;
    }

    /** Makes the sink of one attempt. */
    public interface SinkFactory {

        Sink over(Sink downstream, TaskInputs inputs) throws Exception;
    }

    public Node node(int partitions, List<Dependency> dependencies, Plans plans) {
        return new Node(nextId++, partitions, dependencies, plans);
    }

    /** A source whose records are pulled from an iterator, one for each pushed. */
    public Node source(int partitions, IntFunction<Iterator<?>> records) {
        return read(partitions, List.of(), partition -> inputs -> new IteratorCursorOf(records.apply(partition)));
    }

    public Node source(Object... records) {
        return source(1, partition -> List.of(records).iterator());
    }

    public Node read(int partitions, List<Dependency> dependencies, IntFunction<Opener> openers) {
        return node(partitions, dependencies, partition -> {
            Opener opener = openers.apply(partition);
            return new PartitionPlan.Read((number, inputs) -> opener.open(inputs), partition);
        });
    }

    public Node push(LineageNode parent, SinkFactory sink) {
        return node(
                parent.numPartitions(),
                List.of(new NarrowDependency(parent)),
                partition -> new PartitionPlan.Apply(parent, partition, new Pushing(sink)));
    }

    public Node map(LineageNode parent, Function<Object, Object> function) {
        return push(parent, (downstream, inputs) -> new Sink() {
            @Override
            public boolean push(@Nullable Object record) throws Exception {
                return downstream.push(function.apply(record));
            }

            @Override
            public void end() throws Exception {
                downstream.end();
            }
        });
    }

    public Node filter(LineageNode parent, Predicate<Object> predicate) {
        return push(parent, (downstream, inputs) -> new Sink() {
            @Override
            public boolean push(@Nullable Object record) throws Exception {
                return !predicate.test(record) || downstream.push(record);
            }

            @Override
            public void end() throws Exception {
                downstream.end();
            }
        });
    }

    public Node pull(LineageNode parent, Function<Iterator<Object>, Iterator<?>> function) {
        return node(
                parent.numPartitions(),
                List.of(new NarrowDependency(parent)),
                partition -> new PartitionPlan.Apply(parent, partition, new Pulling(function)));
    }

    /** The records of one, and then those of another, which is opened from within. */
    public Node append(LineageNode first, LineageNode second) {
        return node(
                first.numPartitions(),
                List.of(new NarrowDependency(first), new NarrowDependency(second)),
                partition -> new PartitionPlan.Apply(first, partition, new Appending(second)));
    }

    /** Moves {@code Map.Entry} records by their keys' hash, merging values if there is an aggregator. */
    public Node shuffle(LineageNode parent, int partitions, @Nullable Aggregator aggregator) {
        ShuffleDependency dependency = new ShuffleDependency(
                parent, new ShuffleSpec(nextShuffle++, new ByHash(partitions), aggregator), Entries.INSTANCE);
        return read(partitions, List.of(dependency), partition -> inputs -> {
            ShuffleReader reader = inputs.shuffle(dependency, partition);
            return new Cursor() {
                @Override
                public boolean drive(Sink sink, int max) throws Exception {
                    return reader.drive((key, value) -> sink.push(entry(key, value)), max);
                }

                @Override
                public void close() {
                    reader.close();
                }
            };
        });
    }

    private static Object entry(@Nullable Object key, @Nullable Object value) {
        return Map.entry(String.valueOf(key), value == null ? "null" : value);
    }

    /** A dataset of a test. */
    public record Node(int id, int numPartitions, List<Dependency> dependencies, Plans plans) implements LineageNode {

        @Override
        public String kind() {
            return "TestRDD";
        }

        @Override
        public CallSite callSite() {
            return new CallSite("test", "TestLineage.java:1");
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.empty();
        }

        @Override
        public PartitionPlan plan(int partition) {
            return plans.of(partition);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Node other && id == other.id;
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public String toString() {
            return "TestRDD[" + id + "]";
        }
    }

    private record Pushing(SinkFactory sink) implements Operator.Push {

        @Override
        public String name() {
            return "push";
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) throws Exception {
            return sink.over(downstream, inputs);
        }
    }

    private record Appending(LineageNode second) implements Operator.Push {

        @Override
        public String name() {
            return "append";
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return List.of(new DatasetPartition(second, result.number()));
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return new Sink() {
                @Override
                public boolean push(@Nullable Object record) throws Exception {
                    return downstream.push(record);
                }

                @Override
                public void end() throws Exception {
                    Sink rest = new Sink() {
                        @Override
                        public boolean push(@Nullable Object record) throws Exception {
                            return downstream.push(record);
                        }
                    };
                    inputs.open(second, result.number()).drain(rest, inputs.scope());
                    downstream.end();
                }
            };
        }
    }

    private record Pulling(Function<Iterator<Object>, Iterator<?>> function) implements Operator.Pull {

        @Override
        public String name() {
            return "pull";
        }

        @Override
        public Iterator<? extends @Nullable Object> over(
                DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) {
            return function.apply(upstream);
        }
    }

    /** By the key's hash. */
    record ByHash(int numPartitions) implements Partitioner {

        private static final long serialVersionUID = 1L;

        @Override
        public int partition(@Nullable Object key) {
            return Math.floorMod(String.valueOf(key).hashCode(), numPartitions);
        }
    }

    /** Takes {@code Map.Entry} apart. */
    enum Entries implements EntryExtractor {
        INSTANCE;

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return ((Map.Entry<?, ?>) record).getKey();
        }

        @Override
        public @Nullable Object value(@Nullable Object record) {
            return ((Map.Entry<?, ?>) record).getValue();
        }
    }

    /** An honest cursor: no more than {@code max} records, and none after the sink has said no. */
    public record IteratorCursorOf(Iterator<?> records) implements Cursor {

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            for (int i = 0; i < max; i++) {
                if (!records.hasNext() || !sink.push(records.next())) {
                    return false;
                }
            }
            return true;
        }
    }
}
