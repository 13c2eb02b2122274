package dev.favilla.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AggregatesTest {

    private static final List<Integer> NUMBERS = List.of(5, 3, 9, 3, 1, 9, 7);

    /** Aggregates in parts of every length, which must all come to the same. */
    private static <T, A, R> R of(List<T> values, Aggregate<T, A, R> aggregate) {
        try {
            List<R> results = new ArrayList<>();
            for (int length = 1; length <= values.size() + 1; length++) {
                A all = aggregate.zero();
                for (int from = 0; from < values.size(); from += length) {
                    A part = aggregate.zero();
                    for (T value : values.subList(from, Math.min(values.size(), from + length))) {
                        part = aggregate.add(part, value);
                    }
                    all = aggregate.merge(all, part);
                }
                results.add(aggregate.finish(all));
            }
            assertThat(results).allMatch(result -> String.valueOf(result).equals(String.valueOf(results.get(0))));
            return results.get(0);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void countAndSum() {
        assertThat(of(NUMBERS, Aggregates.<Integer>counting())).isEqualTo(7);
        assertThat(of(NUMBERS, Aggregates.<Integer>summingLong(x -> (long) x))).isEqualTo(37);
        assertThat(of(NUMBERS, Aggregates.<Integer>summingDouble(x -> (double) x)))
                .isEqualTo(37.0);
        assertThat(of(List.of(2, 4), Aggregates.<Integer>averaging(x -> (double) x)))
                .isEqualTo(3.0);
        assertThat(of(List.<Integer>of(), Aggregates.<Integer>averaging(x -> (double) x)))
                .isNaN();
        assertThat(of(List.of(2, 4), Aggregates.<Integer>statistics(x -> (double) x))
                        .max())
                .isEqualTo(4);
    }

    @Test
    void findExtremesAndTheFirstOfEqualOnes() {
        assertThat(of(NUMBERS, Aggregates.<Integer>minMax())).isEqualTo(new MinMax<>(1, 9));
        assertThat(of(
                        List.of("b1", "a1", "b2", "a2"),
                        Aggregates.minMax(Comparator.comparing((String s) -> s.charAt(0)))))
                .isEqualTo(new MinMax<>("a1", "b1"));
        assertThat(of(List.<Integer>of(), Aggregates.<Integer>minMax())).isNull();
        assertThat(of(NUMBERS, Aggregates.topN(3, Comparator.<Integer>naturalOrder())))
                .containsExactly(9, 9, 7);
        assertThat(of(List.of("b1", "a1", "b2"), Aggregates.topN(2, Comparator.comparing((String s) -> s.charAt(0)))))
                .containsExactly("b1", "b2");
        assertThat(of(List.of(1), Aggregates.topN(3, Collections.reverseOrder())))
                .containsExactly(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Aggregates.topN(0, Comparator.<Integer>naturalOrder()))
                .withMessageContaining("got 0");
    }

    @Test
    void collectAndCountValues() {
        assertThat(of(NUMBERS, Aggregates.<Integer>toList())).isEqualTo(NUMBERS);
        assertThat(of(NUMBERS, Aggregates.<Integer>counts())).isEqualTo(Map.of(5, 1L, 3, 2L, 9, 2L, 1, 1L, 7, 1L));
        assertThat(of(NUMBERS, Aggregates.<Integer>approxDistinct(0.05))).isEqualTo(5);
    }

    @Test
    void canBePutTogether() {
        record Summary(long count, List<Integer> top, double meanOfOdd) {}

        Summary summary = of(
                NUMBERS,
                Aggregates.teeing(
                        Aggregates.<Integer>counting(),
                        Aggregates.teeing(
                                Aggregates.topN(1, Comparator.<Integer>naturalOrder()),
                                Aggregates.filtering(x -> x % 2 == 1, Aggregates.<Integer>averaging(x -> (double) x)),
                                (top, mean) -> new Summary(0, top, mean)),
                        (count, rest) -> new Summary(count, rest.top(), rest.meanOfOdd())));

        assertThat(summary).isEqualTo(new Summary(7, List.of(9), 37.0 / 7));
        assertThat(of(NUMBERS, Aggregates.mapping((Integer x) -> -x, Aggregates.<Integer>minMax())))
                .isEqualTo(new MinMax<>(-9, -1));
    }
}
