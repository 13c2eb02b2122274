package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.testing.InEveryMode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InEveryMode
class TakeSampleTest {

    private static final long SEED = 7;

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    /** Partitions of 1000, 0 and 10 records. */
    private RDD<Long> uneven() {
        return engine.range(0, 1000, 1, 1).union(engine.range(0, 0, 1, 1)).union(engine.range(1000, 1010, 1, 1));
    }

    @Test
    void exactlyAsManyAreTakenAsAskedFor() {
        for (int n : new int[] {1, 2, 15, 100, 1009}) {
            assertThat(uneven().takeSample(false, n, SEED)).hasSize(n).doesNotHaveDuplicates();
            assertThat(uneven().takeSample(true, n, SEED)).hasSize(n);
            assertThat(uneven().takeSample(true, n)).hasSize(n);
        }
    }

    @Test
    void allAreTakenShuffledIfThereAreNoMore() {
        List<Long> all = LongStream.range(0, 1010).boxed().toList();

        List<Long> sample = uneven().takeSample(false, 5000, SEED);

        assertThat(sample).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(all);
        assertThat(uneven().takeSample(true, 5000, SEED)).hasSize(5000);
    }

    @Test
    void nothingIsTakenOfNothing() {
        assertThat(engine.range(0, 0).takeSample(true, 3, SEED)).isEmpty();
        assertThat(engine.range(0, 0).takeSample(false, 3, SEED)).isEmpty();
        assertThat(uneven().takeSample(false, 0, SEED)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> uneven().takeSample(false, -1, SEED))
                .withMessage("n must be >= 0, got -1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSeedTakesTheSameWhereverTasksRun(boolean withReplacement) {
        List<Long> here = uneven().takeSample(withReplacement, 50, SEED);

        assertThat(uneven().takeSample(withReplacement, 50, SEED)).isEqualTo(here);
        assertThat(uneven().takeSample(withReplacement, 50, SEED + 1)).isNotEqualTo(here);
        try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
            RDD<Long> there = cluster.range(0, 1000, 1, 1)
                    .union(cluster.range(0, 0, 1, 1))
                    .union(cluster.range(1000, 1010, 1, 1));
            assertThat(there.takeSample(withReplacement, 50, SEED)).isEqualTo(here);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRecordIsTakenEquallyOften(boolean withReplacement) {
        RDD<Long> numbers = engine.range(0, 12, 1, 1).union(engine.range(12, 20, 1, 4));
        Map<Long, Long> times = LongStream.range(0, 400)
                .boxed()
                .flatMap(seed -> numbers.takeSample(withReplacement, 5, seed).stream())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        assertThat(new HashSet<>(times.keySet())).hasSize(20);
        assertThat(times.values()).allSatisfy(count -> assertThat(count).isCloseTo(100L, within(45L)));
    }
}
