package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Texts as keys of sums: however a shuffle keeps them, the same comes out in the same order. */
@InEveryMode
@Timeout(120)
class TextKeysTest {

    private static final List<String> PLACES = List.of("local[2]", "local-cluster[2,1,64]");

    private static List<Pair<String, Long>> records(SplittableRandom random) {
        List<Pair<String, Long>> records = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            int number = random.nextInt(25_000);
            String key = switch (number % 5) {
                case 0 -> "customer-" + number;
                case 1 -> "somebody whose name is long " + number;
                case 2 -> "\u043a\u0442\u043e-\u0442\u043e " + number;
                case 3 -> "\u00e9" + number;
                default -> Integer.toString(number % 100);
            };
            records.add(Pair.of(key, random.nextLong(1_000_000)));
        }
        return records;
    }

    @Test
    void sumsAreThoseOfAMapWhereverTasksRun(TestSeed seed) {
        List<Pair<String, Long>> records = records(seed.random());
        Map<String, Long> expected = new LinkedHashMap<>();
        records.forEach(record -> expected.merge(record.key(), record.value(), Long::sum));
        List<List<Pair<String, Long>>> results = new ArrayList<>();
        for (String place : PLACES) {
            try (EngineContext engine = Engines.open(place)) {
                results.add(engine.parallelizePairs(records, 4)
                        .reduceByKey(Long::sum, 3)
                        .collect());
                results.add(engine.parallelizePairs(records, 4)
                        .reduceByKey((a, b) -> a + b, 3)
                        .collect());
            }
        }

        assertThat(results.get(0)).hasSize(expected.size());
        assertThat(results.get(0)).allMatch(sum -> sum.value().equals(expected.get(sum.key())));
        assertThat(results).allMatch(result -> result.equals(results.get(0)));
    }

    /** A value that is no number of the first one's class has what was packed unpacked. */
    @Test
    void valuesMayChangeTheirClassOnTheWay() {
        for (String place : PLACES) {
            try (EngineContext engine = Engines.open(place)) {
                List<Pair<String, Number>> sums = engine.range(0, 40_000, 1, 3)
                        .mapToPair(i -> Pair.of("key " + i % 9000, (Number) (i % 7 == 6 ? (Object) 0.5 : (Object) i)))
                        .reduceByKey(
                                (left, right) -> left instanceof Long && right instanceof Long
                                        ? (Number) (left.longValue() + right.longValue())
                                        : (Number) (left.doubleValue() + right.doubleValue()),
                                2)
                        .collect();

                double all = sums.stream()
                        .mapToDouble(sum -> sum.value().doubleValue())
                        .sum();
                double expected = 0;
                for (long i = 0; i < 40_000; i++) {
                    expected += i % 7 == 6 ? 0.5 : i;
                }
                assertThat(sums).hasSize(9000);
                assertThat(all).isEqualTo(expected); // all of them are halves, so sums are exact
            }
        }
    }
}
