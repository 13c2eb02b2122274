package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import dev.favilla.value.DriverOnly;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Collections and other classes that users derive from those of the JDK, inner classes, and what is no data. */
class UserContainersTest {

    private final Serializer kryo = new KryoSerializer(List.of());

    @SuppressWarnings("unchecked")
    private <T> T copy(T value) {
        return (T) Streams.copy(kryo, value);
    }

    static final class Doubling extends ArrayList<Integer> {
        private int adds;

        @Override
        public boolean add(Integer value) {
            adds++;
            return super.add(2 * value);
        }
    }

    static final class Normalising extends ArrayList<String> {
        @Override
        public boolean add(String value) {
            return super.add(value + "!");
        }
    }

    static final class Bounded<K, V> extends LinkedHashMap<K, V> {
        private final int most;

        Bounded(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
        }
    }

    static final class Plain {
        private final String name;

        Plain(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Plain other && name.equals(other.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    static final class Versioned extends TreeMap<String, Plain> {
        private int version = 7;

        Versioned() {
            super(String.CASE_INSENSITIVE_ORDER);
        }
    }

    @Nested
    class OfTheJdk {

        @Test
        void keepWhatAddMadeOfTheElements() {
            Doubling list = new Doubling();
            list.addAll(List.of(5));
            list.add(1);
            list.add(2);
            Normalising words = new Normalising();
            words.add("a");

            Doubling copy = copy(list);

            assertThat(copy).isEqualTo(list).containsExactly(5, 2, 4);
            assertThat(copy.adds).isEqualTo(2);
            assertThat(copy(words)).containsExactly("a!");
            assertThat(copy(new ArrayList<>(List.of(words, words)))).isEqualTo(List.of(words, words));
        }

        @Test
        void keepTheirBoundAndTheOrderOfAccess() {
            Bounded<String, Integer> cache = new Bounded<>(3);
            for (String key : List.of("a", "b", "c", "d")) {
                cache.put(key, 1);
            }
            cache.get("b");

            Bounded<String, Integer> copy = copy(cache);
            copy.get("c");
            copy.put("e", 2);

            assertThat(copy.keySet()).containsExactly("b", "c", "e");
        }

        @Test
        void keepComparatorsAndWhatIsNotSerializable() {
            Versioned map = new Versioned();
            map.put("Key", new Plain("v"));

            Versioned copy = copy(map);

            assertThat(copy.get("KEY")).isEqualTo(new Plain("v"));
            assertThat(copy.version).isEqualTo(7);
        }

        @Test
        void mayBeAnonymous() {
            ArrayList<Integer> list = anonymous(5);

            assertThat(copy(list)).isEqualTo(list).hasSameClassAs(list).containsExactly(5, 6);
        }

        private static ArrayList<Integer> anonymous(int first) {
            return new ArrayList<>() {
                {
                    add(first);
                    add(first + 1);
                }
            };
        }

        static final class Stamp extends Date {
            private final String note;

            Stamp(long time, String note) {
                super(time);
                this.note = note;
            }
        }

        static final class Queue extends PriorityQueue<Integer> {
            private final String name = "q" + hashCode();

            Queue() {
                super(Comparator.reverseOrder());
            }
        }

        static final class Counter extends AtomicLong {
            private final String name;

            Counter(String name) {
                this.name = name;
            }
        }

        static final class Names extends TreeSet<String> {
            private String title = "t";
        }

        @Test
        void keepFieldsWhateverTheyExtend() {
            Queue queue = new Queue();
            queue.addAll(List.of(1, 3, 2));
            Counter counter = new Counter("c");
            counter.set(5);
            Names names = new Names();
            names.add("x");
            names.title = "changed";

            assertThat(copy(new Stamp(5, "n")).note).isEqualTo("n");
            assertThat(copy(queue).peek()).isEqualTo(3);
            assertThat(copy(queue).name).isEqualTo(queue.name);
            assertThat(copy(counter).name).isEqualTo("c");
            assertThat(copy(counter).get()).isEqualTo(5);
            assertThat(copy(names).title).isEqualTo("changed");
            assertThat(copy(names)).containsExactly("x");
        }

        @Test
        void mayHaveAParent() {
            Trees.Tree copy = copy(Trees.tree());

            assertThat(copy.get(0).parent).isSameAs(copy);
            assertThat(copy.get(0).name).isEqualTo("child");
        }
    }

    static final class Trees {

        static final class Tree extends ArrayList<Tree> {
            private final String name;
            private Tree parent;

            Tree(String name) {
                this.name = name;
            }
        }

        static Tree tree() {
            Tree top = new Tree("top");
            Tree child = new Tree("child");
            child.parent = top;
            top.add(child);
            return top;
        }
    }

    /** Not serializable: written by its fields. */
    static final class Range extends AbstractList<Integer> {
        private final int size;
        private final Plain tag;

        Range(int size, Plain tag) {
            this.size = size;
            this.tag = tag;
        }

        @Override
        public Integer get(int index) {
            return Objects.checkIndex(index, size);
        }

        @Override
        public int size() {
            return size;
        }
    }

    static final class Delegating<K, V> extends AbstractMap<K, V> {
        private final Map<K, V> behind;

        Delegating(Map<K, V> behind) {
            this.behind = behind;
        }

        @Override
        public Set<Entry<K, V>> entrySet() {
            return behind.entrySet();
        }

        @Override
        public V put(K key, V value) {
            throw new UnsupportedOperationException("read only");
        }
    }

    @Nested
    class OfTheirOwn {

        @Test
        void areWrittenByTheirFields() {
            Range range = new Range(1000, new Plain("t"));
            Delegating<String, Plain> map = new Delegating<>(new TreeMap<>(Map.of("a", new Plain("x"))));

            assertThat(copy(range)).isEqualTo(range).hasSameClassAs(range);
            assertThat(copy(range).tag).isEqualTo(new Plain("t"));
            assertThat(copy(map)).isEqualTo(map).hasSameClassAs(map);
            assertThat(Streams.write(kryo, range)).hasSizeLessThan(40);
        }

        @Test
        void haveSubListsThatComeBackAsLists() {
            List<Integer> sub = new Range(10, new Plain("t")).subList(2, 5);

            assertThat(copy(sub)).isEqualTo(List.of(2, 3, 4)).isInstanceOf(ArrayList.class);
        }

        static final class Job extends Thread {}

        @Test
        void areRefusedWhenTheyInheritWhatIsClosed() {
            assertThatThrownBy(() -> Streams.write(kryo, Map.of("k", List.of(new Job()))))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll(
                            "[\"k\"] -> [0]: " + Job.class.getName(), "java.lang.Thread", "java.io.Serializable");
        }
    }

    final class Inner {
        private final int own;

        Inner(int own) {
            this.own = own;
        }

        Object outer() {
            return UserContainersTest.this;
        }
    }

    static final class Outer {
        private final String name;

        Outer(String name) {
            this.name = name;
        }

        final class Part {
            private final int number;

            Part(int number) {
                this.number = number;
            }

            String describe() {
                return name + number;
            }
        }

        Object local(int captured) {
            class Local {
                @Override
                public String toString() {
                    return name + captured;
                }
            }
            return new Local();
        }

        Object anonymous(Plain captured) {
            return new Object() {
                @Override
                public String toString() {
                    return name + captured.name;
                }
            };
        }
    }

    enum Operation {
        PLUS {
            @Override
            int apply(int a, int b) {
                return a + b;
            }
        };

        abstract int apply(int a, int b);
    }

    record WithNested(Nested nested) {
        enum Nested {
            ONE,
            TWO {}
        }
    }

    @Nested
    class InnerClasses {

        @Test
        void keepTheEnclosingInstanceAndWhatTheyCapture() {
            Outer outer = new Outer("o");
            List<Outer.Part> parts = new ArrayList<>(List.of(outer.new Part(1), outer.new Part(2)));

            assertThat(copy(parts).get(1).describe()).isEqualTo("o2");
            assertThat(copy(outer.local(5))).hasToString("o5");
            assertThat(copy(outer.anonymous(new Plain("p")))).hasToString("op");
        }

        @Test
        void areRefusedWithTheWayToWhatCannotBeWritten() {
            assertThatThrownBy(() -> Streams.write(kryo, List.of(new Inner(1))))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("[0] -> UserContainersTest.this -> kryo -> ");
        }

        @Test
        void constantsStayWhatTheyAre() {
            assertThat(copy(new ArrayList<>(List.of(Operation.PLUS))).get(0)).isSameAs(Operation.PLUS);
            assertThat(copy(new WithNested(WithNested.Nested.TWO)).nested()).isSameAs(WithNested.Nested.TWO);
            assertThat(Streams.copy(kryo, Operation.PLUS.getClass())).isEqualTo(Operation.PLUS.getClass());
        }
    }

    record Buffers(ByteBuffer bytes) {}

    @Nested
    class Buffered {

        @Test
        void bytesKeepTheirBoundsOrderAndKind() {
            ByteBuffer heap = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}).order(ByteOrder.LITTLE_ENDIAN);
            heap.position(1).limit(4);
            ByteBuffer direct = ByteBuffer.allocateDirect(3).put((byte) 7).flip();
            for (ByteBuffer buffer : List.of(heap, direct, heap.slice(), heap.asReadOnlyBuffer())) {
                ByteBuffer copy = copy(new Buffers(buffer)).bytes();

                assertThat(copy).isEqualTo(buffer);
                assertThat(copy.order()).isEqualTo(buffer.order());
                assertThat(List.of(copy.isDirect(), copy.isReadOnly(), copy.position(), copy.capacity()))
                        .isEqualTo(
                                List.of(buffer.isDirect(), buffer.isReadOnly(), buffer.position(), buffer.capacity()));
            }
            assertThat(heap.position()).isEqualTo(1);
        }

        @Test
        void othersAreRefusedInOurWords() {
            assertThatThrownBy(() -> Streams.write(kryo, Optional.of(CharBuffer.allocate(1))))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("java.nio.HeapCharBuffer", "java.io.Serializable", "register")
                    .hasMessageNotContaining("module java.base");
        }
    }

    @DriverOnly("A dataset exists outside tasks only; use join instead.")
    static final class Dataset implements Serializable {}

    static final class Handle implements TaskBound, Serializable {
        @Override
        public Object bindTo(TaskScope scope) {
            return this;
        }
    }

    record Holder(String name, Object inside) implements Serializable {}

    @Nested
    class NoData {

        @Test
        void isRefusedWithItsOwnWords() {
            for (Serializer serializer : Streams.both()) {
                assertThatThrownBy(() -> Streams.write(serializer, new Dataset()))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll(Dataset.class.getName(), "use join instead");
                assertThatThrownBy(() ->
                                Streams.write(serializer, new Holder("x", new ArrayList<>(List.of(new Dataset())))))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll("inside -> [0]: " + Dataset.class.getName(), "use join instead");
                assertThatThrownBy(() -> Streams.write(serializer, new Holder("x", new Handle())))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll("inside: " + Handle.class.getName(), "handle for functions");
            }
            assertThatThrownBy(() -> Copies.write(new ArrayList<>(List.of(new Handle())), "the zero value of fold"))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContainingAll("the zero value of fold", "[0]: " + Handle.class.getName());
        }

        @Test
        void aBareObjectIsNothing() {
            assertThatThrownBy(() -> Streams.write(kryo, new Holder("x", new Object())))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("inside: java.lang.Object");
        }
    }

    /** The one instance of a class without state, as Kotlin and Scala compile their objects. */
    static final class Unit {
        static final Unit INSTANCE = new Unit();

        private Unit() {}
    }

    @Test
    void theInstanceOfAClassWithoutStateStaysTheOne() {
        assertThat(copy(Unit.INSTANCE)).isSameAs(Unit.INSTANCE);
        assertThat(copy(new Holder("x", Unit.INSTANCE)).inside()).isSameAs(Unit.INSTANCE);
    }

    @Test
    void wrappersKeepWhatIsBehindThem() {
        Map<String, Integer> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        map.put("Key", 1);
        Set<String> concurrent = ConcurrentHashMap.newKeySet();
        concurrent.add("x");

        assertThat(copy(java.util.Collections.unmodifiableMap(map)).get("KEY")).isEqualTo(1);
        assertThat(copy(java.util.Collections.unmodifiableSet(map.keySet()))).contains("Key");
        assertThat(copy(concurrent).add("y")).isTrue();
        Collection<Integer> values = copy(map.values());
        assertThat(values).containsExactly(1);
    }

    static final class PublicConstructor {
        private int value;

        public PublicConstructor() {}
    }

    @Test
    void aPublicConstructorOfAClassThatIsNotPublicIsCalled() {
        PublicConstructor object = new PublicConstructor();
        object.value = 5;

        assertThat(copy(object).value).isEqualTo(5);
    }

    @Test
    void fieldsMayBeMoreThanAMethodHasArguments() {
        assertThat(copy(WideValues.components(1))).isEqualTo(WideValues.components(1));
        assertThat(copy(WideValues.fields(1))).isEqualTo(WideValues.fields(1)).isNotEqualTo(WideValues.fields(2));
    }
}
