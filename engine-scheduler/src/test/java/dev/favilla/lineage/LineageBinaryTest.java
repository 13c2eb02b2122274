package dev.favilla.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // what grows quadratically is to fail, not to hang
class LineageBinaryTest {

    private final Serializer records = new KryoSerializer(List.of());
    private int nextId;

    private Step step(@Nullable Object payload, Dependency... dependencies) {
        return new Step(nextId++, 2, List.of(dependencies), payload);
    }

    private Step after(LineageNode parent) {
        return step(null, new NarrowDependency(parent));
    }

    private ShuffleDependency shuffle(int shuffleId, LineageNode parent) {
        return new ShuffleDependency(
                parent, new ShuffleSpec(shuffleId, new HashPartitioner(3), null), WholeRecords.INSTANCE);
    }

    private LineageBinary.Content copy(LineageNode target) {
        return LineageBinary.of(target, "work", records).read();
    }

    private static LineageNode parent(LineageNode node, int index) {
        return node.dependencies().get(index).parent();
    }

    @Test
    void aLineageOfAHundredThousandStepsIsWrittenAndReadOnASmallStack() throws InterruptedException {
        Step deep = step("source");
        for (int i = 0; i < 100_000; i++) {
            deep = after(deep);
        }
        Step target = deep;
        AtomicReference<LineageNode> read = new AtomicReference<>();

        Thread small = new Thread(null, () -> read.set(copy(target).target()), "small stack", 256 << 10);
        small.start();
        small.join();

        LineageNode node = read.get();
        assertThat(node).isEqualTo(target).isNotSameAs(target);
        int steps = 0;
        while (!node.dependencies().isEmpty()) {
            node = parent(node, 0);
            steps++;
        }
        assertThat(steps).isEqualTo(100_000);
        assertThat(((Step) node).payload()).isEqualTo("source");
    }

    @Test
    void targetAndWorkComeBackAsTheyWere() {
        Step target = after(step("source"));

        LineageBinary.Content copy = copy(target);

        assertThat(copy.target()).isEqualTo(target).isNotSameAs(target);
        assertThat(copy.target().callSite()).isEqualTo(target.callSite());
        assertThat(copy.target().numPartitions()).isEqualTo(2);
        assertThat(((Step) parent(copy.target(), 0)).payload()).isEqualTo("source");
        assertThat(copy.work()).isEqualTo("work");
    }

    @Test
    void aParentThatTwoStepsShareIsOneObjectInTheCopyToo() {
        Step shared = step("source");
        Step target = step(null, new NarrowDependency(after(shared)), new NarrowDependency(after(shared)));

        LineageNode copy = copy(target).target();

        assertThat(parent(parent(copy, 0), 0)).isSameAs(parent(parent(copy, 1), 0));
    }

    @Test
    void diamondsAreWrittenOnce() {
        Step diamond = step("source");
        for (int i = 0; i < 40; i++) {
            diamond = step(null, new NarrowDependency(diamond), new NarrowDependency(diamond));
        }

        assertThat(LineageBinary.of(diamond, "work", records).size()).isLessThan(10_000);
        assertThat(copy(diamond).target()).isEqualTo(diamond);
    }

    @Test
    void whatLiesBeyondAShuffleIsKnownByNameOnly() {
        Step source = step(new Object()); // could not be written
        Step beyond = after(source);
        ShuffleDependency dependency = shuffle(7, beyond);
        Step target = after(step(null, dependency));

        ShuffleDependency copy = (ShuffleDependency)
                parent(copy(target).target(), 0).dependencies().get(0);

        assertThat(copy).isNotSameAs(dependency).hasToString(dependency.toString());
        assertThat(copy.shuffleId()).isEqualTo(7);
        assertThat(copy.spec().partitioner()).isEqualTo(new HashPartitioner(3));
        LineageNode stub = copy.parent();
        assertThat(stub).isEqualTo(beyond).hasToString(beyond.toString()).hasSameHashCodeAs(beyond);
        assertThat(stub.id()).isEqualTo(beyond.id());
        assertThat(stub.kind()).isEqualTo(beyond.kind());
        assertThat(stub.callSite()).isEqualTo(beyond.callSite());
        assertThat(stub.numPartitions()).isEqualTo(beyond.numPartitions());
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable asked :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> stub.plan(0), stub::dependencies, stub::partitioner)) {
            assertThatThrownBy(asked)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(stub.toString(), "beyond a shuffle");
        }
    }

    @Test
    void aShuffleThatIsReadTwiceIsOneObjectInTheCopyToo() {
        ShuffleDependency dependency = shuffle(7, step("source"));
        Step target = step(null, new NarrowDependency(step(null, dependency)), dependency);

        LineageNode copy = copy(target).target();

        assertThat(parent(copy, 0).dependencies().get(0))
                .isSameAs(copy.dependencies().get(1));
    }

    @Test
    void theShuffleThatAStageWritesComesBackAboveItsParent() {
        ShuffleDependency dependency = shuffle(7, after(step("source")));

        LineageBinary binary = dependency.binary(records);
        LineageBinary.Content copy = binary.read();

        assertThat(dependency.binary(records)).isSameAs(binary);
        assertThat(copy.work()).isInstanceOfSatisfying(ShuffleDependency.class, read -> {
            assertThat(read.parent()).isSameAs(copy.target()).isEqualTo(dependency.parent());
            assertThat(read.shuffleId()).isEqualTo(7);
            assertThat(read.entries()).isSameAs(WholeRecords.INSTANCE);
        });
        assertThat(parent(copy.target(), 0)).isInstanceOf(Step.class);
    }

    @Test
    void laterChangesAreNotSeenByCopiesNorByEachOther() {
        List<String> mutable = new ArrayList<>(List.of("before"));
        LineageBinary binary = LineageBinary.of(step(mutable), "work", records);
        mutable.add("after");

        Step first = (Step) binary.read().target();
        Step second = (Step) binary.read().target();
        ((List<?>) first.payload()).clear();

        assertThat(second.payload()).isEqualTo(List.of("before"));
    }

    @Test
    void recordsTravelByTheRecordSerializer() {
        Held held = new Held(new NotForJava("a record"));

        LineageBinary binary = LineageBinary.of(step(held), "work", records);
        Object copy = ((Step) binary.read().target()).payload();

        assertThat(copy).isInstanceOfSatisfying(Held.class, read -> {
            assertThat(read.value).isEqualTo(held.value).isNotSameAs(held.value);
        });
        assertThat(binary.size()).isGreaterThan("a record".length());
    }

    @Test
    void aRecordThatCannotBeWrittenIsBlamedOnItsDataset() {
        Step source = step(new Held(Thread.currentThread()));
        Step target = after(source);

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> LineageBinary.of(target, "work", records))
                .withMessageContainingAll(
                        "Cannot send " + target + " to executors: a record of " + source, "java.lang.Thread");
    }

    @Test
    void whatIsNotSerializableIsNamedWithItsDatasetAndPath() {
        Step source = step(new ArrayList<>(List.of("fine", new NotForJava("x"))));
        Step target = after(source);

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> LineageBinary.of(target, "work", records))
                .withMessageContainingAll(
                        "Cannot send " + target + " to executors: " + source,
                        NotForJava.class.getName() + ", which is not serializable",
                        "java.io.Serializable",
                        "Path: payload -> [1]: ")
                .withCauseInstanceOf(NotSerializableException.class);
    }

    @Test
    void workThatIsNotSerializableIsNamed() {
        Serializable work = new ArrayList<>(List.of(new NotForJava("x")));

        assertThatExceptionOfType(SerializationException.class)
                .isThrownBy(() -> LineageBinary.of(step(null), work, records))
                .withMessageContainingAll("its action refers to", NotForJava.class.getName());
    }

    @Test
    void whateverWriteObjectThrowsIsRefusedAlike() {
        for (Throwable error : List.of(
                new IOException("io"),
                new IllegalStateException("state"),
                new AssertionError("assertion"),
                new StackOverflowError("deep"),
                new NoClassDefFoundError("linkage"),
                new Exception("undeclared"))) {
            assertThatExceptionOfType(SerializationException.class)
                    .as("%s", error)
                    .isThrownBy(() -> LineageBinary.of(step(new Rude(error, null)), "work", records))
                    .withMessageContaining("TestRDD[");
        }
    }

    @Test
    void whateverReadObjectThrowsIsOneKindOfError() {
        for (Throwable error : List.of(
                new IOException("io"),
                new IllegalStateException("state"),
                new AssertionError("assertion"),
                new Exception("undeclared"))) {
            LineageBinary binary = LineageBinary.of(step(new Rude(null, error)), "work", records);

            assertThatExceptionOfType(SerializationException.class)
                    .as("%s", error)
                    .isThrownBy(binary::read)
                    .withMessageContainingAll("TestRDD[", "readObject");
        }
    }

    @Test
    void runningOutOfMemoryIsNotExplainedAway() {
        OutOfMemoryError error = new OutOfMemoryError("on purpose");

        assertThatThrownBy(() -> LineageBinary.of(step(new Rude(error, null)), "work", records))
                .isSameAs(error);
    }

    /** A dataset with something in it that travels along. */
    private record Step(
            int id,
            int numPartitions,
            List<Dependency> dependencies,
            @Nullable Object payload) implements LineageNode {

        @Override
        public String kind() {
            return "TestRDD";
        }

        @Override
        public CallSite callSite() {
            return new CallSite("step", "LineageBinaryTest.java:1");
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.empty();
        }

        @Override
        public PartitionPlan plan(int partition) {
            throw new UnsupportedOperationException("nothing runs here");
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof LineageNode other && id == other.id();
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public String toString() {
            return kind() + "[" + id + "] at " + callSite();
        }
    }

    private enum WholeRecords implements EntryExtractor {
        INSTANCE;

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return record;
        }

        @Override
        public @Nullable Object value(@Nullable Object record) {
            return null;
        }
    }

    private record NotForJava(String text) {}

    private static final class Held implements HoldsRecords {

        private final Object value;

        Held(Object value) {
            this.value = value;
        }

        @Override
        public Packed pack(Serializer records) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (Serializer.RecordOutput out = records.open(bytes)) {
                out.write(value);
            }
            return new PackedValue(bytes.toByteArray());
        }
    }

    private record PackedValue(byte[] bytes) implements HoldsRecords.Packed {

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public Object unpack(Serializer records) {
            try (Serializer.RecordInput in = records.open(bytes, 0, bytes.length)) {
                return new Held(in.read());
            }
        }
    }

    /** Throws while it is written or read. */
    private static final class Rude implements Serializable {

        private static final long serialVersionUID = 1L;

        private final transient @Nullable Throwable writing;
        private final @Nullable Throwable reading;

        Rude(@Nullable Throwable writing, @Nullable Throwable reading) {
            this.writing = writing;
            this.reading = reading;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (writing != null) {
                throwAny(writing);
            }
            out.defaultWriteObject();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            throwAny(reading);
        }

        @SuppressWarnings("unchecked") // the compiler does not know which exceptions are checked
        private static <E extends Throwable> void throwAny(Throwable error) throws E {
            throw (E) error;
        }
    }
}
