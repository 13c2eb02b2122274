package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineListener;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.io.Source;
import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.lineage.LineageNode;
import dev.favilla.serializer.KryoRegistration;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.storage.StorageLevel;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every public method says which of its arguments is null, where it was called. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NullArgumentsTest {

    private EngineContext engine;
    private Map<Class<?>, Object> receivers;

    @BeforeAll
    void open() {
        engine = EngineContext.open("local[1]");
        receivers = Map.of(
                EngineContext.class, engine,
                RDDActions.class, engine.range(0, 3),
                RDD.class, engine.range(0, 3),
                PairAggregations.class, engine.range(0, 3).keyBy(x -> x),
                PairRDD.class, engine.range(0, 3).keyBy(x -> x),
                DoubleRDD.class, engine.range(0, 3).mapToDouble(x -> 1.0),
                EngineContext.Builder.class, EngineContext.builder(),
                Ordering.class, Ordering.<Long>natural());
    }

    @AfterAll
    void close() {
        engine.close();
    }

    /** One parameter of one method. */
    private record Call(Method method, int nullAt) {

        String parameter() {
            return method.getParameters()[nullAt].getName();
        }

        @Override
        public String toString() {
            return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                    + Arrays.toString(method.getParameterTypes()) + " " + nullAt;
        }
    }

    static Stream<Call> calls() {
        return Stream.of(
                        EngineContext.class,
                        EngineContext.Builder.class,
                        RDDActions.class,
                        RDD.class,
                        PairAggregations.class,
                        PairRDD.class,
                        DoubleRDD.class,
                        Ordering.class)
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(method ->
                        Modifier.isPublic(method.getModifiers()) && !method.isBridge() && !method.isSynthetic())
                .filter(method -> !List.of("equals", "compare").contains(method.getName()))
                .flatMap(method -> IntStream.range(0, method.getParameterCount())
                        .filter(i -> !method.getParameterTypes()[i].isPrimitive())
                        .filter(i -> !mayBeNull(method.getParameters()[i], method.getAnnotatedParameterTypes()[i]))
                        .mapToObj(i -> new Call(method, i)));
    }

    private static boolean mayBeNull(Parameter parameter, AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class)
                || (type instanceof AnnotatedTypeVariable variable
                        && Stream.of(variable.getAnnotatedBounds())
                                .anyMatch(bound -> bound.isAnnotationPresent(Nullable.class)))
                || (type instanceof AnnotatedTypeVariable
                        && parameter.getDeclaringExecutable().getDeclaringClass() != EngineContext.class);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void areNamedWithTheCall(Call call) {
        Object[] arguments = new Object[call.method().getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == call.nullAt() ? null : something(call.method().getParameterTypes()[i]);
        }

        Throwable thrown = catchThrowable(
                () -> call.method().invoke(receivers.get(call.method().getDeclaringClass()), arguments));

        assertThat(thrown).isInstanceOf(InvocationTargetException.class);
        assertThat(thrown.getCause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("null")
                .satisfiesAnyOf(
                        e -> assertThat(e)
                                .hasMessageStartingWith(call.parameter() + " must not be null ("
                                        + call.method().getName() + " at "),
                        e -> assertThat(e).hasMessageStartingWith("a job tag must be"));
    }

    private Object something(Class<?> type) {
        Map<Class<?>, Object> values = Map.of(
                int.class,
                1,
                long.class,
                1L,
                boolean.class,
                true,
                String.class,
                "x",
                List.class,
                List.of(),
                RDD.class,
                engine.range(0, 1),
                PairRDD.class,
                engine.range(0, 1).keyBy(x -> x),
                StorageLevel.class,
                StorageLevel.MEMORY_ONLY,
                PoolSpec.class,
                new PoolSpec("p", PoolMode.FIFO, 1, 0),
                ExecutorId.class,
                new ExecutorId("e", 1));
        if (values.containsKey(type)) {
            return values.get(type);
        }
        if (type == dev.favilla.shuffle.Partitioner.class) {
            return new HashPartitioner(2);
        }
        if (type == Ordering.class || type == java.util.Comparator.class) {
            return Ordering.<Long>natural();
        }
        if (type == java.nio.charset.Charset.class) {
            return java.nio.charset.StandardCharsets.UTF_8;
        }
        if (type == Class.class) {
            return Pair.class;
        }
        if (type == double.class) {
            return 0.5;
        }
        if (type == DoubleRDD.class) {
            return engine.range(0, 1).mapToDouble(x -> 1.0);
        }
        if (type == RDD[].class) {
            return new RDD<?>[] {engine.range(0, 1)};
        }
        if (type == double[].class) {
            return new double[] {1, 2};
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (type == Class[].class) {
            return new Class<?>[0];
        }
        if (type == FileCodec.class) {
            return FileCodec.NONE;
        }
        if (type == LineageNode.class) {
            return engine.range(0, 1).lineage();
        }
        if (type == Source.class
                || type == Sink.class
                || type == EngineListener.class
                || type == EngineControl.class
                || type == KryoRegistration.class
                || type == EngineExtension.class) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> null);
        }
        return type.isInterface() ? serializable(type) : "something";
    }

    /** A function that does nothing and can travel. */
    private static Object serializable(Class<?> type) {
        if (type == dev.favilla.function.ReduceFunction.class) {
            return (dev.favilla.function.ReduceFunction<Object>) (a, b) -> a;
        }
        if (type == dev.favilla.function.CombineFunction.class) {
            return (dev.favilla.function.CombineFunction<Object, Object>) (a, b) -> a;
        }
        if (type == dev.favilla.stats.Aggregate.class) {
            return dev.favilla.stats.Aggregates.counting();
        }
        if (type == dev.favilla.function.FlatMapFunction.class) {
            return (dev.favilla.function.FlatMapFunction<Object, Object>) a -> List.of();
        }
        if (type == dev.favilla.function.ZipPartitionsFunction.class) {
            return (dev.favilla.function.ZipPartitionsFunction<Object, Object, Object>) (a, b) -> a;
        }
        if (type == dev.favilla.function.MapFunction.class) {
            return (dev.favilla.function.MapFunction<Object, Object>) a -> a;
        }
        throw new IllegalArgumentException("no value for " + type);
    }
}
