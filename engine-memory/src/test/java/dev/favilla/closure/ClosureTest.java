package dev.favilla.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskBound;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.GraphReader;
import dev.favilla.serializer.GraphWriter;
import dev.favilla.serializer.ObjectGraph;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.DriverOnly;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ClosureTest {

    private static final String MAP = "map at Report.java:12";

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
    private final TaskScope scope = new TaskScope(1, "task 1", memory.openTask("task 1"));

    @AfterEach
    void close() {
        scope.close();
    }

    interface Fn<A, B> extends Function<A, B>, Serializable {}

    static final class Connection {}

    static final class Counter implements TaskBound, Serializable {
        private final String name;

        Counter(String name) {
            this.name = name;
        }

        @Override
        public Object bindTo(TaskScope scope) {
            return new Counter(name + " in " + scope.owner());
        }
    }

    @DriverOnly("A dataset exists outside tasks only; use join instead.")
    static final class Dataset {}

    record Filter<T>(Fn<T, Boolean> predicate) implements Fn<T, T> {
        @Override
        public T apply(T value) {
            return predicate.apply(value) ? value : null;
        }
    }

    /** Holds a field that cannot travel, as most classes with a main method do. */
    static class Report {
        final Connection connection = new Connection();
        final String name = "report";

        Fn<String, String> usingAField() {
            return s -> s + name;
        }

        String method(String s) {
            return s + name;
        }

        Fn<String, String> methodReference() {
            return this::method;
        }
    }

    static final class SerializableReport extends Report implements Serializable {
        final Connection database = new Connection();

        Fn<String, String> usingThis() {
            return s -> s + database;
        }

        Fn<String, String> anonymous() {
            return new Fn<>() {
                @Override
                public String apply(String s) {
                    return s + database;
                }
            };
        }
    }

    @Nested
    class WithoutMutableCaptures {

        @Test
        void isSharedAndCostsNothing() {
            Fn<String, Integer> function = String::length;

            Closure<Fn<String, Integer>> closure = Closure.capture(function, MAP);

            assertThat(closure.isShareable()).isTrue();
            assertThat(closure.serializedBytes()).isZero();
            assertThat(closure.operation()).isEqualTo(MAP);
            assertThat(closure.forTask(scope)).isSameAs(function);
            assertThat(scope.metrics().snapshot().get(Metric.CLOSURE_COPIES)).isZero();
        }

        @Test
        void isSharedWhenWhatItCapturesIsImmutable() {
            String suffix = "!";
            int times = 3;
            Fn<String, String> function = s -> s + suffix.repeat(times);

            Closure<Fn<String, String>> closure = Closure.capture(function, MAP);

            assertThat(closure.forTask(scope)).isSameAs(function);
            assertThat(closure.serializedBytes()).isPositive();
        }

        @Test
        void isSharedInsideARecordOfTheEngine() {
            var function = new Filter<String>(s -> s.isEmpty());

            assertThat(Closure.capture(function, MAP).forTask(scope)).isSameAs(function);
        }

        @Test
        void isStillRefusedWhenItCannotTravel() {
            Function<String, Integer> function = String::length;

            assertThatThrownBy(() -> Closure.capture(function, MAP))
                    .isInstanceOf(ClosureNotSerializableException.class)
                    .hasMessageContainingAll(MAP, "java.io.Serializable");
        }
    }

    @Nested
    class WithMutableCaptures {

        @Test
        void isCopiedAsItWasWhenItWasCaptured() {
            List<String> names = new ArrayList<>(List.of("a"));
            Fn<String, Integer> function = s -> {
                names.add(s);
                return names.size();
            };
            Closure<Fn<String, Integer>> closure = Closure.capture(function, MAP);
            names.add("changed later");

            Fn<String, Integer> first = closure.forTask(scope);
            Fn<String, Integer> second = closure.forTask(scope);

            assertThat(closure.isShareable()).isFalse();
            assertThat(List.of(first.apply("x"), first.apply("x"), second.apply("x")))
                    .containsExactly(2, 3, 2);
            assertThat(names).hasSize(2);
            assertThat(scope.metrics().snapshot().get(Metric.CLOSURE_COPIES)).isEqualTo(2);
            assertThat(scope.metrics().snapshot().get(Metric.CLOSURE_BYTES)).isEqualTo(2 * closure.serializedBytes());
        }

        @Test
        void bindsHandlesToTheTask() {
            Counter counter = new Counter("lines");
            Fn<String, String> function =
                    s -> counter.name + s + List.of(counter).get(0).name;

            Fn<String, String> copy = Closure.capture(function, MAP).forTask(scope);

            assertThat(copy.apply("/")).isEqualTo("lines in task 1/lines in task 1");
        }

        @Test
        void keepsCyclesProxiesAndClassObjects() {
            Map<String, Object> map = new HashMap<>();
            map.put("self", map);
            map.put("class", int[].class);
            map.put("primitive", int.class);
            map.put(
                    "proxy",
                    Proxy.newProxyInstance(
                            ClosureTest.class.getClassLoader(),
                            new Class<?>[] {Fn.class},
                            (java.lang.reflect.InvocationHandler & Serializable) (proxy, method, args) -> "proxied"));
            Fn<String, Object> function = map::get;

            Fn<String, Object> copy = Closure.capture(function, MAP).forTask(scope);

            assertThat(((Map<?, ?>) copy.apply("self")).get("self")).isSameAs(copy.apply("self"));
            assertThat(copy.apply("class")).isEqualTo(int[].class);
            assertThat(copy.apply("primitive")).isEqualTo(int.class);
            assertThat(((Fn<?, ?>) copy.apply("proxy")).apply(null)).isEqualTo("proxied");
        }

        @Test
        void isNotSharedBecauseOfAnImmutableHandle() {
            record Handle(String name) implements TaskBound, Serializable {
                @Override
                public Object bindTo(TaskScope scope) {
                    return new Handle(name + scope.attemptId());
                }
            }
            Handle handle = new Handle("h");
            Fn<String, String> function = s -> handle.name();

            assertThat(Closure.capture(function, MAP).forTask(scope).apply("")).isEqualTo("h1");
        }
    }

    @Nested
    class Refused {

        private ClosureNotSerializableException refused(Object function) {
            return catchThrowableOfType(ClosureNotSerializableException.class, () -> Closure.capture(function, MAP));
        }

        @Test
        void namesTheEnclosingInstance() {
            var error = refused(new Report().usingAField());

            assertThat(error.fieldPath()).isEqualTo("Report.this: " + Report.class.getName());
            assertThat(error.operation()).isEqualTo(MAP);
            assertThat(error).hasMessageContainingAll(MAP, "Copy the fields", "Report.this");
        }

        @Test
        void namesTheReceiverOfAMethodReference() {
            assertThat(refused(new Report().methodReference()).fieldPath())
                    .isEqualTo("Report.this: " + Report.class.getName());
        }

        @Test
        void namesTheFieldOfTheEnclosingInstance() {
            String path = "SerializableReport.this -> database: " + Connection.class.getName();

            assertThat(refused(new SerializableReport().usingThis()).fieldPath())
                    .isEqualTo(path);
            assertThat(refused(new SerializableReport().anonymous()).fieldPath())
                    .isEqualTo(path);
        }

        @Test
        void namesTheCapturedArgumentAndTheWayInside() {
            int number = 5;
            Map<String, List<Object>> map = new HashMap<>();
            map.put("db", new ArrayList<>(List.of(1, new Connection())));
            Fn<String, String> function = s -> s + number + map;

            assertThat(refused(function).fieldPath())
                    .isEqualTo("captured argument 2 -> [\"db\"] -> [1]: " + Connection.class.getName());
        }

        @Test
        void explainsWhyADatasetCannotBeUsed() {
            Dataset dataset = new Dataset();
            Fn<String, String> function = s -> s + dataset;

            assertThat(refused(function))
                    .hasMessageContainingAll(MAP, "use join instead", "captured argument 1: " + Dataset.class.getName())
                    .hasNoCause();
        }

        @Test
        void whateverTheUsersWriteObjectThrows() {
            for (Throwable thrown : List.of(
                    new IOException("io"),
                    new IllegalStateException("state"),
                    new AssertionError("assertion"),
                    new StackOverflowError())) {
                class Stubborn implements Serializable {
                    private void writeObject(ObjectOutputStream out) throws Throwable {
                        throw thrown;
                    }
                }
                List<Object> holder = new ArrayList<>(List.of(new Stubborn()));
                Fn<String, String> function = s -> s + holder;

                assertThat(refused(function)).hasMessageContaining(MAP).hasCauseInstanceOf(Throwable.class);
            }
        }

        @Test
        void namesTheClassWhoseWriteObjectThrew() {
            record Holder(Object inner) implements Serializable {}
            Holder holder = new Holder(new Angry());
            Fn<String, String> function = s -> s + holder;

            assertThat(refused(function).fieldPath())
                    .isEqualTo("captured argument 1 -> inner: " + Angry.class.getName());
        }
    }

    static final class Angry implements Serializable {
        private final String first = "written before";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            throw new IOException("no");
        }
    }

    static class Base {
        Base(int notTheDefault) {}
    }

    /** Can be written, but not read: its superclass is neither serializable nor has a constructor to call. */
    static final class OneWay extends Base implements Serializable {
        OneWay() {
            super(1);
        }
    }

    @Test
    void whatCannotBeReadBackSaysWhichOperationItWas() {
        OneWay oneWay = new OneWay();
        Fn<String, String> function = s -> s + oneWay;
        Closure<Fn<String, String>> closure = Closure.capture(function, MAP);

        assertThatThrownBy(() -> closure.forTask(scope))
                .isInstanceOf(SerializationException.class)
                .hasMessageContainingAll(MAP, "task 1", OneWay.class.getName());
    }

    @Test
    void aCopyIsReadWithinLimits() throws ReflectiveOperationException {
        List<String> captured = new ArrayList<>(List.of("a captured text", "another"));
        Fn<String, String> function = s -> s + captured;
        Closure<Fn<String, String>> closure = Closure.capture(function, MAP);
        Field graphField = Closure.class.getDeclaredField("graph");
        graphField.setAccessible(true);
        Field bytesField = ObjectGraph.class.getDeclaredField("bytes");
        bytesField.setAccessible(true);
        byte[] bytes = (byte[]) bytesField.get(((Closure.CapturedGraph) graphField.get(closure)).objects);
        assertThat(closure.forTask(scope).apply("x")).isEqualTo("x" + captured);
        SplittableRandom random = new SplittableRandom(7);
        byte[] good = bytes.clone();
        for (int i = 0; i < 2000; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                closure.forTask(scope);
            } catch (SerializationException e) {
                assertThat(e).hasMessageContaining(MAP);
            }
            System.arraycopy(good, 0, bytes, 0, good.length);
        }
    }

    @Test
    void theFunctionIsKnownWhereItWasCapturedAndNotInCopiesThatAttemptsRead() throws Exception {
        List<String> captured = new ArrayList<>();
        Fn<String, String> copied = s -> s + captured;
        Fn<String, String> trivial = s -> s + s;
        GraphWriter writer = new GraphWriter();
        writer.writeObject(Closure.capture(copied, MAP));
        writer.writeObject(Closure.capture(trivial, MAP));

        GraphReader reader = new GraphReader(writer.finish());
        Closure<Fn<String, String>> copiedThere = closure(reader);

        assertThat(Closure.capture(copied, MAP).function()).isSameAs(copied);
        assertThat(Closure.capture(trivial, MAP).function()).isSameAs(trivial);
        assertThat(closure(reader).function().apply("x")).isEqualTo("xx");
        assertThatThrownBy(copiedThere::function)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(MAP, "copy of the lineage");
    }

    @Test
    void aClosureThatHasTravelledBehavesAsBefore() throws IOException, ClassNotFoundException {
        List<String> captured = new ArrayList<>(List.of("before"));
        Counter counter = new Counter("c");
        String immutable = String.valueOf(7);
        Fn<String, String> copied = s -> s + captured + counter.name;
        Fn<String, String> shared = s -> s + immutable;
        Fn<String, String> trivial = s -> s + s;
        GraphWriter writer = new GraphWriter();
        for (Fn<String, String> function : List.of(copied, shared, trivial)) {
            writer.writeObject(Closure.capture(function, MAP));
        }
        captured.add("after");

        GraphReader reader = new GraphReader(writer.finish());
        Closure<Fn<String, String>> copiedThere = closure(reader);
        Closure<Fn<String, String>> sharedThere = closure(reader);
        Closure<Fn<String, String>> trivialThere = closure(reader);

        assertThat(copiedThere.isShareable()).isFalse();
        assertThat(copiedThere.forTask(scope).apply("x")).isEqualTo("x[before]c in task 1");
        assertThat(copiedThere.forTask(scope)).isNotSameAs(copiedThere.forTask(scope));
        assertThat(sharedThere.isShareable()).isTrue();
        assertThat(sharedThere.forTask(scope))
                .isSameAs(sharedThere.forTask(scope))
                .isNotSameAs(shared);
        assertThat(sharedThere.forTask(scope).apply("x")).isEqualTo("x7");
        assertThat(trivialThere.forTask(scope).apply("x")).isEqualTo("xx");
        assertThat(copiedThere.operation()).isEqualTo(MAP);
        assertThat(copiedThere.serializedBytes()).isPositive();
    }

    @SuppressWarnings("unchecked") // it is what was written
    private static Closure<Fn<String, String>> closure(GraphReader reader) throws IOException, ClassNotFoundException {
        return (Closure<Fn<String, String>>) reader.readObject();
    }
}
