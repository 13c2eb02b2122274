package dev.favilla.shuffle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapOutputsTest {

    private static final ExecutorId A = new ExecutorId("a", 1);
    private static final ExecutorId B = new ExecutorId("b", 2);
    private static final ExecutorId C = new ExecutorId("c", 3);

    private static MapOutput output(int map, ExecutorId executor, long... bytesPerReducer) {
        return new MapOutput(map, map + 100, executor, 1, 0, BlockSizes.of(bytesPerReducer));
    }

    @Test // behaviour 162
    void aReducerIsBestRunWhereEnoughOfItsInputLies() {
        MapOutputs outputs = new MapOutputs(
                1,
                0,
                List.of(output(0, A, 1000, 0), output(1, B, 2000, 0), output(2, A, 2000, 0), output(3, C, 200, 0)));

        assertThat(outputs.locations(0, 0.2)).containsExactly(A, B);
        assertThat(outputs.locations(0, 0.99)).isEmpty();
        assertThat(outputs.locations(1, 0.2)).isEmpty();
    }
}
