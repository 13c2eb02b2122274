package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.digest.ContentDigest;
import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NumberListTest {

    static Stream<List<Object>> numbers() {
        return Stream.of(
                List.of(1L, -5L, Long.MAX_VALUE, 1L),
                List.of(1, -5, Integer.MIN_VALUE),
                List.of(0.0, -0.0, Double.NaN, 1e300),
                List.of(7L));
    }

    /** Returns the same numbers as bits, with others behind them. */
    private static NumberList of(List<Object> numbers) {
        Primitive kind = Primitive.of(numbers.get(0));
        long[] bits = new long[numbers.size() + 3];
        for (int i = 0; i < numbers.size(); i++) {
            bits[i] = kind.bits(numbers.get(i));
        }
        return NumberList.of(kind, bits, numbers.size());
    }

    private static Object copied(Serializer serializer, Object record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(record);
        }
        try (Serializer.RecordInput in = serializer.open(bytes.toByteArray(), 0, bytes.size())) {
            return in.read();
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void isEqualToAnyListOfTheSame(List<Object> numbers) {
        NumberList list = of(numbers);

        assertThat(list).isEqualTo(numbers).isEqualTo(of(numbers)).hasToString(numbers.toString());
        assertThat(numbers).isEqualTo(list);
        assertThat(list.hashCode()).isEqualTo(numbers.hashCode());
        assertThat(StableHash.of(list)).isEqualTo(StableHash.of(numbers));
        assertThat(list).isNotEqualTo(numbers.subList(1, numbers.size())).isNotEqualTo(List.of("1"));
        assertThat(Set.of(numbers).contains(list)).isTrue();
    }

    @Test
    void numbersOfAnotherKindAreNotEqual() {
        assertThat(of(List.of(1L))).isNotEqualTo(of(List.of(1)));
        assertThat(of(List.of(1L))).isNotEqualTo(of(List.of(1L, 0L)));
        assertThat(of(List.of(0.0))).isNotEqualTo(of(List.of(-0.0)));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void canBeReadAgainAndAgainInEveryWay(List<Object> numbers) {
        NumberList list = of(numbers);
        List<Object> seen = new ArrayList<>();
        list.forEach(seen::add);

        assertThat(seen).isEqualTo(numbers);
        assertThat(list.iterator()).toIterable().containsExactlyElementsOf(numbers);
        assertThat(list.iterator()).toIterable().containsExactlyElementsOf(numbers);
        assertThat(list.stream()).containsExactlyElementsOf(numbers);
        assertThat(list.toArray()).containsExactly(numbers.toArray());
        assertThat(list.get(numbers.size() - 1)).isEqualTo(numbers.get(numbers.size() - 1));
        assertThat(list.contains(null)).isFalse();
    }

    @Test
    void endsWhereItsNumbersEnd() {
        NumberList list = of(List.of(1L, 2L));
        Iterator<Object> all = list.iterator();
        all.next();
        all.next();

        assertThat(all.hasNext()).isFalse();
        assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> list.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(NumberList.empty()).isEmpty();
        assertThat(NumberList.of(Primitive.INT, new long[4], 0)).isEqualTo(List.of());
    }

    @Test
    void cannotBeChanged() {
        NumberList list = of(List.of(2L, 1L));

        assertThatThrownBy(() -> list.add(3L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.set(0, 3L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.sort(null)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(Immutability.isDeeplyImmutable(list)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void isWrittenAsAListThatEverybodyKnows(List<Object> numbers) {
        for (Serializer serializer : List.of(new KryoSerializer(List.of()), new JavaRecordSerializer())) {
            assertThat(copied(serializer, of(numbers)))
                    .isExactlyInstanceOf(ArrayList.class)
                    .isEqualTo(numbers);
            assertThat(copied(serializer, new SimpleEntry<>("key", of(numbers))))
                    .isEqualTo(new SimpleEntry<>("key", numbers));
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void hasTheContentOfAListAndTheSizeOfItsBits(List<Object> numbers) {
        ContentDigest digest = new ContentDigest(new KryoSerializer(List.of()), 1);

        assertThat(digest.of(of(numbers))).isEqualTo(digest.of(new ArrayList<>(numbers)));
        assertThat(new SizeEstimator().estimate(of(numbers)))
                .isBetween(24L + 16 + 8L * (numbers.size() + 3), 40L + 16 + 8L * (numbers.size() + 3));
    }
}
