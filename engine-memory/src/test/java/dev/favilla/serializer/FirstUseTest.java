package dev.favilla.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A class whose values would come back changed is refused when the first of them comes by. */
class FirstUseTest {

    static final class Forgetful implements Serializable {
        private final transient String secret;

        Forgetful(String secret) {
            this.secret = secret;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Forgetful other && Objects.equals(secret, other.secret);
        }

        @Override
        public int hashCode() {
            return Objects.hashCode(secret);
        }
    }

    record Cents(long value) implements Serializable {
        Cents {
            value = value * 100;
        }
    }

    record Trimmed(String text) implements Serializable {
        Trimmed {
            text = text.isEmpty() ? "empty" : text.substring(1);
        }
    }

    static Stream<Serializable> changed() {
        return Stream.of(new Forgetful("x"), new Cents(5), new Trimmed("abc"));
    }

    @ParameterizedTest
    @MethodSource("changed")
    void namesTheClassTheCauseAndTheRemedy(Serializable value) {
        for (Serializer serializer : Streams.both()) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> Streams.write(serializer, value))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll(
                                value.getClass().getName(), "transient", "constructor", "writeObject", "register");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("changed")
    void alsoInsideOfOthers(Serializable value) {
        record Holder(Object inside) {}
        Serializer kryo = new KryoSerializer(List.of());
        for (Object outer : List.of(
                new Holder(value),
                List.of(value),
                new ArrayList<>(List.of(1, value)),
                Map.of(1, value),
                new Serializable[] {value})) {
            assertThatThrownBy(() -> Streams.write(kryo, outer))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining(value.getClass().getName());
        }
    }

    @Test
    void theFirstValueThatIsLostIsEnough() {
        Serializer kryo = new KryoSerializer(List.of());

        assertThat(Streams.copy(kryo, new Forgetful(null))).isEqualTo(new Forgetful(null));
    }

    record Identity(int[] numbers, Object name) {}

    record OfSets(Set<Object> plain, int[] numbers) {}

    static final class Plain {}

    static final class Never {
        private int value = 1;

        @Override
        public boolean equals(Object o) {
            return false;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    static final class Throwing {
        private int value = 1;

        @Override
        public boolean equals(Object o) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public int hashCode() {
            throw new AssertionError("nobody asked");
        }
    }

    static final class Cyclic {
        private final List<Object> others = new ArrayList<>(List.of(this));

        @Override
        public boolean equals(Object o) {
            return o instanceof Cyclic other && others.equals(other.others);
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    record WithView(java.util.Collection<Integer> values) {}

    static Stream<Object> fine() {
        return Stream.of(
                new Identity(new int[] {1}, "x"),
                new Identity(null, new Plain()),
                new OfSets(new HashSet<>(Set.of(new Plain(), new Plain())), new int[0]),
                new Never(),
                new Throwing(),
                new Cyclic(),
                new WithView(new HashMap<>(Map.of(1, 2)).values()),
                new Identity(null, Double.NaN));
    }

    @ParameterizedTest
    @MethodSource("fine")
    void whereEqualityIsNoMatterOfContentNothingIsSaid(Object value) {
        Serializer kryo = new KryoSerializer(List.of());

        assertThatCode(() -> Streams.copy(kryo, value)).doesNotThrowAnyException();
    }

    static final class Asked {
        private final transient AtomicInteger count;
        private final int value;

        Asked(AtomicInteger count, int value) {
            this.count = count;
            this.value = value;
        }

        @Override
        public boolean equals(Object o) {
            if (count != null) {
                count.incrementAndGet();
            }
            return o instanceof Asked other && value == other.value;
        }

        @Override
        public int hashCode() {
            return value;
        }
    }

    @Test
    void laterValuesAreNotLookedAt() {
        Serializer kryo = new KryoSerializer(List.of());
        AtomicInteger count = new AtomicInteger();
        Streams.write(kryo, new Asked(count, 0));
        int first = count.get();

        for (int i = 0; i < 100; i++) {
            Streams.write(kryo, new Asked(count, i));
            Streams.write(kryo, List.of(new Asked(count, i)));
        }

        assertThat(first).isPositive();
        assertThat(count).hasValue(first);
    }

    @Test
    void theBytesOfTheFirstAreThoseOfTheOthers() {
        Serializer kryo = new KryoSerializer(List.of());
        Asked value = new Asked(null, 7);

        byte[] first = Streams.write(kryo, value);

        assertThat(Streams.write(kryo, value)).isEqualTo(first);
        assertThat(Streams.read(kryo, first)).isEqualTo(value);
    }

    @Test
    void manyThreadsMeetAClassAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            Serializer kryo = new KryoSerializer(List.of());
            List<Callable<Object>> workers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                int number = w;
                workers.add(() -> Streams.copy(kryo, List.of(new Asked(null, number), new Identity(null, number))));
            }
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                int number = 0;
                for (Future<Object> done : pool.invokeAll(workers)) {
                    assertThat(done.get()).isEqualTo(List.of(new Asked(null, number), new Identity(null, number)));
                    number++;
                }
            } finally {
                pool.shutdown();
                assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aSerializerOfTheUsersIsNotJudged() {
        Serializer kryo = new KryoSerializer(List.of(k ->
                k.register(Forgetful.class, new com.esotericsoftware.kryo.kryo5.Serializer<Forgetful>() {
                    @Override
                    public void write(Kryo k2, Output output, Forgetful value) {
                        output.writeByte(1);
                    }

                    @Override
                    public Forgetful read(Kryo k2, Input input, Class<? extends Forgetful> type) {
                        return new Forgetful("read " + input.readByte());
                    }
                })));

        assertThat(Streams.copy(kryo, new Forgetful("x"))).isEqualTo(new Forgetful("read 1"));
    }
}
