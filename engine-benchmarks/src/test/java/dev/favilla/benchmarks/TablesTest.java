package dev.favilla.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.EmptyTasks;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablesTest {

    @Test
    void ratiosAreOfMedians() {
        RaceResult result = result(sample(20, 1), sample(90, 1), sample(10, 1));

        assertThat(result.ratio(Contender.FAVILLA, Contender.BOXED)).hasValue(2.0);
        assertThat(Tables.detail(result))
                .contains("| favilla | 20.0 ns | 10.0 ns |")
                .doesNotContain("differ");
    }

    @Test
    void aDifferentResultIsShouted() {
        RaceResult result = result(sample(20, 1), sample(20, 2));

        assertThat(result.agrees()).isFalse();
        assertThat(Tables.detail(result)).contains("**The results differ:** favilla 1/2, boxed 1");
    }

    @Test
    void aFailureHasItsReason() {
        RaceResult result = result(sample(20, 1));
        result.failures().put(Contender.SPARK, "took more than 1 s");

        assertThat(Tables.detail(result)).contains("spark did not get through: took more than 1 s");
        assertThat(Tables.summary(List.of(result), List.of(Contender.SPARK))).contains("| failed |");
    }

    private static RaceResult result(Sample... ours) {
        Map<Contender, List<Sample>> samples = new EnumMap<>(Contender.class);
        samples.put(Contender.FAVILLA, new ArrayList<>(List.of(ours)));
        samples.put(Contender.BOXED, new ArrayList<>(List.of(sample(10, 1))));
        return new RaceResult(new EmptyTasks(1), samples, new EnumMap<>(Contender.class));
    }

    private static Sample sample(long nanos, long checksum) {
        return new Sample(nanos, 0, 0, 0, checksum);
    }
}
