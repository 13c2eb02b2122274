package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomPipelineTest {

    private static final int TRIES = 10_000;

    @Test
    void whatFailsIsShrunkToWhatMakesItFail(TestSeed seed) {
        SplittableRandom random = seed.random();
        RandomPipeline.Step culprit = new RandomPipeline.Step("culprit", dataset -> dataset, records -> records);
        Pair<Integer, Long> trigger = Pair.of(77, 7L);
        for (int i = 0; i < 50; i++) {
            RandomPipeline pipeline = with(RandomPipeline.random(random), random, culprit, trigger);

            RandomPipeline smallest = pipeline.shrunk(
                    candidate -> candidate.steps().contains(culprit)
                            && candidate.rows().contains(trigger),
                    TRIES);

            assertThat(smallest)
                    .isEqualTo(new RandomPipeline(pipeline.source(), List.of(trigger), 1, List.of(culprit)));
        }
    }

    private static RandomPipeline with(
            RandomPipeline pipeline, SplittableRandom random, RandomPipeline.Step step, Pair<Integer, Long> row) {
        List<RandomPipeline.Step> steps = new ArrayList<>(pipeline.steps());
        steps.add(random.nextInt(steps.size() + 1), step);
        List<Pair<Integer, Long>> rows = new ArrayList<>(pipeline.rows());
        rows.add(random.nextInt(rows.size() + 1), row);
        return new RandomPipeline(pipeline.source(), rows, pipeline.partitions(), steps);
    }

    @Test
    void shrinkingStopsAfterAsManyTriesAsItWasGiven(TestSeed seed) {
        int[] tried = {0};

        RandomPipeline.random(seed.random())
                .shrunk(
                        candidate -> {
                            tried[0]++;
                            return false;
                        },
                        3);

        assertThat(tried[0]).isLessThanOrEqualTo(3);
    }
}
