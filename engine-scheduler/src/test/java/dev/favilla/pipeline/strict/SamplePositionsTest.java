package dev.favilla.pipeline.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplePositionsTest {

    private static List<Long> takenOf(long seed) {
        SamplePositions positions = new SamplePositions(seed);
        List<Long> taken = new ArrayList<>(List.of(0L));
        long pass = positions.pass();
        while (pass != Long.MAX_VALUE) {
            taken.add(taken.get(taken.size() - 1) + pass + 1);
            pass = positions.pass();
        }
        return taken;
    }

    @Test
    void areTheSameForTheSameSeedOnly() {
        assertThat(takenOf(7)).isEqualTo(takenOf(7)).isNotEqualTo(takenOf(8));
    }

    @Test
    void areManyAtFirstAndNeverMoreThanAre() {
        List<Long> taken = takenOf(7);

        assertThat(taken).hasSize(64);
        assertThat(taken.stream().filter(position -> position < 100)).hasSizeBetween(8, 40);
        assertThat(taken.get(63)).isGreaterThan(10_000);
    }
}
