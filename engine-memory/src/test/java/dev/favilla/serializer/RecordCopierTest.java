package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCopierTest {

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(32 << 20, 0.5);
    private final TaskScope scope = new TaskScope(1, "task 1", memory.openTask("task 1"));
    private final CountingSerializer serializer = new CountingSerializer();

    record Row(String name, List<Integer> numbers) {}

    private static final class Node {
        int number;
        List<Node> friends = new ArrayList<>();

        static Node inACycle(int number) {
            Node node = new Node();
            node.number = number;
            node.friends.add(node);
            return node;
        }
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(serializer.open).isZero();
    }

    private RecordCopier copier() {
        return RecordCopier.attachTo(scope, serializer);
    }

    @ParameterizedTest
    @MethodSource("immutables")
    void whatIsProvenImmutableIsNotCopied(Object record) {
        assertThat(copier().isolate(record)).isSameAs(record);
        assertThat(serializer.opened).isZero();
    }

    static Stream<Object> immutables() {
        return Stream.of(1L, "text", List.of("a", 1), new Row("r", List.of(1)), DayOfWeek.MONDAY, new Object());
    }

    @ParameterizedTest
    @MethodSource("mutables")
    void everythingElseIsCopied(Object record) {
        Object copy = copier().isolate(record);

        assertThat(copy).isNotSameAs(record).isEqualTo(record).hasSameClassAs(record);
    }

    static Stream<Object> mutables() {
        return Stream.of(
                new boolean[] {true},
                new byte[] {1},
                new short[] {1},
                new char[] {'a'},
                new int[] {1, 2},
                new long[] {3},
                new float[] {1.5f},
                new double[] {0.5, -0.0},
                new Object[] {new String[] {"a", null}}, // one argument that is an array
                new Object[] {new Long[] {1L}},
                new Object[] {new DayOfWeek[] {DayOfWeek.FRIDAY}},
                new int[][] {{1}, {2}},
                new ArrayList<>(List.of(1, "b")),
                new ArrayList<>(List.of(new ArrayList<>(List.of(1)))),
                new HashMap<>(Map.of("k", new ArrayList<>(List.of(1)))),
                new Row("r", new ArrayList<>(List.of(1))));
    }

    @Test
    void nothingInACopyIsShared() {
        List<Object> inner = new ArrayList<>(List.of(1));
        int[][] rows = {{1}, {2}};

        Object copyOfList = copier().isolate(new ArrayList<>(List.of(inner)));
        Object copyOfRecord = copier().isolate(new Row("r", new ArrayList<>(List.of(1))));
        int[][] copyOfRows = (int[][]) copier().isolate(rows);
        inner.add(2);
        rows[0][0] = 5;

        assertThat(copyOfList).isEqualTo(List.of(List.of(1)));
        assertThat(copyOfRecord).isEqualTo(new Row("r", List.of(1)));
        assertThat(copyOfRows).isDeepEqualTo(new int[][] {{1}, {2}});
    }

    @Test
    void referencesWithinARecordStay() {
        Node copy = (Node) copier().isolate(Node.inACycle(7));

        assertThat(copy.number).isEqualTo(7);
        assertThat(copy.friends).containsExactly(copy);
    }

    @Test
    void manyCopiesShareOneStream() {
        RecordCopier copier = copier();
        Node node = Node.inACycle(0);

        for (int i = 0; i < 1000; i++) {
            node.number = i;
            assertThat(((Node) copier.isolate(node)).number).isEqualTo(i);
        }

        assertThat(serializer.written).isEqualTo(1);
    }

    @Test
    void itsStreamIsClosedAfterAllThatMayCopyAtTheEndOfTheAttempt() {
        RecordCopier copier = copier();
        List<Object> copies = new ArrayList<>();
        scope.onClose(() -> copies.add(copier.isolate(Node.inACycle(2))));
        copier.isolate(Node.inACycle(1));
        scope.onClose(() -> copies.add(copier.isolate(Node.inACycle(3))));
        assertThat(serializer.open).isEqualTo(1);

        scope.close();

        assertThat(copies).hasSize(2);
        assertThat(serializer.written).isEqualTo(1);
        assertThat(serializer.open).isZero();
    }

    @Test
    void aStreamThatIsOpenedOnlyAtTheEndOfTheAttemptIsClosed() {
        RecordCopier copier = copier();
        scope.onClose(() -> copier.isolate(Node.inACycle(2)));

        scope.close();

        assertThat(serializer.written).isEqualTo(1);
        assertThat(serializer.open).isZero();
    }

    @Test
    void recordsOfAnySizeFollowEachOther() {
        RecordCopier copier = copier();

        for (int size : new int[] {1, 3_000_000, 10, 70_000, 1}) {
            Row row = new Row("x".repeat(size), new ArrayList<>(List.of(size)));
            assertThat(copier.isolate(row)).isEqualTo(row);
        }
    }

    @Test
    void aCopyThatFailsSpoilsNoOther() {
        RecordCopier copier = copier();

        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(SerializationException.class)
                    .isThrownBy(() -> copier.isolate(new ArrayList<>(List.of(new Thread("not started")))))
                    .withMessageContaining("java.lang.Thread");
            assertThat(((Node) copier.isolate(Node.inACycle(i))).number).isEqualTo(i);
        }
    }

    @Test
    void anAttemptHasOne() {
        assertThat(copier()).isSameAs(copier()).isSameAs(RecordCopier.of(scope));
    }

    @Test
    void anAttemptWithoutOneIsAMistakeOfOurs() {
        assertThatIllegalStateException()
                .isThrownBy(() -> RecordCopier.of(scope))
                .withMessageContaining("task 1");
    }

    /** Counts the streams it opens. */
    private static final class CountingSerializer implements Serializer {

        private final Serializer serializer = new KryoSerializer(List.of());
        private int opened;
        private int written;
        private int open;

        @Override
        public RecordOutput open(OutputStream out) {
            RecordOutput inner = serializer.open(out);
            opened++;
            written++;
            open++;
            return new RecordOutput() {
                @Override
                public void write(Object record) {
                    inner.write(record);
                }

                @Override
                public void flush() {
                    inner.flush();
                }

                @Override
                public void close() {
                    open--;
                    inner.close();
                }
            };
        }

        @Override
        public boolean writesFields(Class<?> type) {
            return serializer.writesFields(type);
        }

        @Override
        public RecordInput open(InputStream in) {
            throw new UnsupportedOperationException("copies are read in place");
        }

        @Override
        public RecordInput open(byte[] bytes, int offset, int length) {
            RecordInput inner = serializer.open(bytes, offset, length);
            opened++;
            open++;
            return new RecordInput() {
                @Override
                public Object read() {
                    return inner.read();
                }

                @Override
                public void close() {
                    open--;
                    inner.close();
                }
            };
        }
    }

    private record Sums(long[] sums, String[] names, int count, String text) {}

    @Test
    void recordsOfArraysAreTheCallersOwn() {
        Sums sums = new Sums(new long[] {1, 2}, new String[] {"a", null}, 3, "b");

        Sums copy = (Sums) new RecordCopier(new KryoSerializer(List.of())).isolate(sums);
        sums.sums()[0] = 9;
        sums.names()[1] = "z";

        assertThat(copy.sums()).containsExactly(1, 2);
        assertThat(copy.names()).containsExactly("a", null);
        assertThat(copy.count()).isEqualTo(3);
        assertThat(copy.text()).isEqualTo("b");
    }

    @Test
    void absentArraysOfRecordsStayAbsent() {
        Sums copy =
                (Sums) new RecordCopier(new KryoSerializer(List.of())).isolate(new Sums(new long[0], null, 0, null));

        assertThat(copy.names()).isNull();
        assertThat(copy.text()).isNull();
    }

    /** As records of k-means are. */
    private static class Cluster implements Serializable {

        private static final long serialVersionUID = 1;

        private final long[] sums;
        private final @Nullable String name;

        Cluster(long[] sums, @Nullable String name) {
            this.sums = sums;
            this.name = name;
        }
    }

    private static final class Weighted extends Cluster {

        private static final long serialVersionUID = 1;

        private double[] weights;
        private boolean sure = true;

        Weighted(long[] sums, double[] weights) {
            super(sums, "w");
            this.weights = weights;
        }
    }

    @Test
    void objectsOfArraysAreCopiedWithAllTheirFieldsAndWithoutBytes() {
        Weighted original = new Weighted(new long[] {1, 2}, new double[] {0.5});
        original.sure = false;

        Weighted copy = (Weighted) copier().isolate(original);
        ((Cluster) original).sums[0] = 9;
        original.weights[0] = 9;

        assertThat(((Cluster) copy).sums).containsExactly(1, 2);
        assertThat(((Cluster) copy).name).isEqualTo("w");
        assertThat(copy.weights).containsExactly(0.5);
        assertThat(copy.sure).isFalse();
        assertThat(serializer.opened).isZero();
    }

    private static final class Mirrored {
        private int[] left;
        private int[] right;
    }

    @Test
    void anArrayThatTwoFieldsShareIsSharedInTheCopy() {
        Mirrored original = new Mirrored();
        original.left = new int[] {1};
        original.right = original.left;

        Mirrored copy = (Mirrored) copier().isolate(original);

        assertThat(copy.left).isSameAs(copy.right).isNotSameAs(original.left).containsExactly(1);
    }

    private static final class Caching {
        private int[] numbers = {1};
        private transient int sum = 5;
    }

    @Test
    void whatIsTransientIsNotCopied() {
        Caching original = new Caching();
        original.sum = 7;

        Caching copy = (Caching) copier().isolate(original);

        assertThat(copy.numbers).containsExactly(1).isNotSameAs(original.numbers);
        assertThat(copy.sum).isEqualTo(5);
    }

    @Test
    void aSerializerOfTheUsersIsUsedForCopies() {
        Serializer users = new KryoSerializer(List.of(kryo -> kryo.register(Sums.class, new Doubling())));

        Sums copy = (Sums) new RecordCopier(users).isolate(new Sums(new long[0], new String[0], 3, "b"));

        assertThat(copy.count()).isEqualTo(6);
    }

    private static final class Doubling extends com.esotericsoftware.kryo.kryo5.Serializer<Sums> {

        @Override
        public void write(Kryo kryo, Output output, Sums sums) {
            output.writeInt(sums.count());
        }

        @Override
        public Sums read(Kryo kryo, Input input, Class<? extends Sums> type) {
            return new Sums(new long[0], new String[0], 2 * input.readInt(), "read");
        }
    }

    record Picky(int[] numbers) {

        private static boolean refuses;

        Picky {
            if (refuses) {
                throw new IllegalStateException("too late");
            }
        }
    }

    @Test
    void aConstructorThatThrowsIsNamed() {
        Picky original = new Picky(new int[0]);
        Picky.refuses = true;
        try {
            assertThatExceptionOfType(SerializationException.class)
                    .isThrownBy(() -> copier().isolate(original))
                    .withMessageContainingAll("Picky", "too late");
        } finally {
            Picky.refuses = false;
        }
    }
}
