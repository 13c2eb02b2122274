package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImmutabilityTest {

    interface SerializableSupplier<T> extends Supplier<T>, Serializable {}

    record Flat(int a, String b, Instant c, TimeUnit d) {}

    record Nested(Flat flat, Long number) {}

    record Generic<A, B>(A first, B second) {}

    record Chain(Chain next) {}

    record WithArray(int[] numbers) {}

    record WithList(List<String> names) {}

    record LyingAccessor(Object value) {
        @Override
        public Object value() {
            return "immutable";
        }
    }

    static final class Promise implements ImmutableValue {}

    record WithPromise(Promise promise) {}

    static class BigNumber extends BigInteger {
        int mutable;

        BigNumber() {
            super("1");
        }
    }

    private static Chain chain(int length) {
        return length == 0 ? null : new Chain(chain(length - 1));
    }

    static Stream<Object> proven() {
        String text = "captured";
        SerializableSupplier<String> capturing = () -> text;
        SerializableSupplier<String> nothing = () -> "x";
        Supplier<String> notSerializable = () -> "x";
        return Stream.of(
                1,
                2L,
                'c',
                true,
                1.5,
                "text",
                BigInteger.TEN,
                BigDecimal.ONE,
                new BigDecimal(new BigNumber()), // which keeps a copy
                Instant.EPOCH,
                LocalDateTime.MAX,
                ZoneId.of("Europe/Paris"),
                UUID.randomUUID(),
                URI.create("a:b"),
                TimeUnit.DAYS,
                new Flat(1, "b", Instant.EPOCH, TimeUnit.DAYS),
                new Nested(new Flat(1, null, null, null), 5L),
                new Generic<>("k", 1L),
                new Generic<>(null, new Generic<>(1, BigDecimal.ONE)),
                chain(10),
                new Promise(),
                new WithPromise(new Promise()),
                List.of(),
                List.of("a", 1),
                Set.of(1, 2, 3),
                Map.of("a", List.of(1)),
                Map.entry("k", 1),
                Optional.of(1),
                new WithList(List.of("a")),
                capturing,
                nothing,
                notSerializable);
    }

    static Stream<Object> notProven() {
        List<String> names = new ArrayList<>();
        SerializableSupplier<Object> capturing = () -> names;
        Supplier<Object> opaque = () -> names;
        return Stream.of(
                new Object(),
                new int[0],
                new String[][] {{"a"}}, // one argument that is an array
                new ArrayList<>(),
                new Date(),
                new AtomicLong(),
                new BigNumber(),
                new StringBuilder(),
                Collections.unmodifiableList(names),
                Arrays.asList(names, names),
                List.of(names),
                Map.of("k", names),
                Map.entry("k", names),
                Optional.of(names),
                new WithArray(new int[0]),
                new WithList(names),
                new Generic<>("k", names),
                new LyingAccessor(names),
                capturing,
                opaque,
                chain(100),
                IntStream.range(0, 1000).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("proven")
    void isProven(Object value) {
        Immutability.Checker checker = new Immutability.Checker();

        assertThat(Immutability.isDeeplyImmutable(value)).isTrue();
        assertThat(checker.check(value)).isTrue();
        assertThat(checker.check(value)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("notProven")
    void isNotProven(Object value) {
        Immutability.Checker checker = new Immutability.Checker();

        assertThat(Immutability.isDeeplyImmutable(value)).isFalse();
        assertThat(checker.check("a string first")).isTrue();
        assertThat(checker.check(value)).isFalse();
        assertThat(checker.check(value)).isFalse();
    }

    @Test
    void nullIsProven() {
        assertThat(Immutability.isDeeplyImmutable(null)).isTrue();
        assertThat(new Immutability.Checker().check(null)).isTrue();
    }

    @Test
    void oneClassMayBeProvenForSomeValuesOnly() {
        Immutability.Checker checker = new Immutability.Checker();

        assertThat(checker.check(new Generic<>("k", 1))).isTrue();
        assertThat(checker.check(new Generic<>("k", new int[1]))).isFalse();
        assertThat(checker.check(new Generic<>("k", 2))).isTrue();
    }

    @Test
    void whatIsAbsentIsAGapWhereItsPlaceMightHoldWhatChanges() {
        record Any(Object value) {}
        record Text(String value) {}
        Immutability.Checker checker = new Immutability.Checker();

        assertThat(Stream.of(1, "text", new Any(1), new Any(new Any("a")), List.of(1), Optional.of(1), Map.of(1, 2)))
                .allMatch(checker::checkWithoutGaps);
        assertThat(checker.checkWithoutGaps(new Text(null))).isTrue();
        assertThat(checker.checkWithoutGaps(null)).isFalse();
        assertThat(Stream.of(
                        new Any(null),
                        new Any(new Any(null)),
                        new Any(new StringBuilder()),
                        List.of(),
                        Optional.empty(),
                        Map.of(),
                        Map.entry(1, new Any(null))))
                .noneMatch(checker::checkWithoutGaps);
    }
}
