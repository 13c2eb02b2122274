package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.ChaosTally.Fault;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sources that give other records whenever they run, of all classes that records are made of, while fetches fail,
 * blocks are damaged or not found and executors are lost: no result is ever of two versions. What was done is written
 * to {@code target/chaos-of-stamps.txt}.
 */
class StampedChaosTest {

    private static final int JOBS = 250;
    private static final int JOBS_WHEN_SLOW = Integer.getInteger("favilla.chaos.jobs", 10_000);
    private static final int JOBS_PER_ROUND = 25;
    private static final List<String> MASTERS = List.of("local[3]", "local-cluster[3,2,64]");

    private final ChaosTally tally = new ChaosTally();
    private final LongAdder runsAgain = new LongAdder();

    @Test
    @Timeout(300)
    void noResultIsOfTwoVersions(TestSeed seed) throws IOException {
        run(seed, JOBS);

        assertThat(tally.of(Fault.FETCH_FAILURE)).isPositive();
        assertThat(tally.of(Fault.CACHE_MISS)).isPositive();
        assertThat(tally.of(Fault.EXECUTOR_LOST)).isPositive();
        assertThat(runsAgain.sum()).as("sources that ran again").isPositive();
    }

    @Test
    @Tag("slow")
    @Timeout(7200)
    void soItIsWithManyJobs(TestSeed seed) throws IOException {
        run(seed, JOBS_WHEN_SLOW);
    }

    private void run(TestSeed seed, int jobs) throws IOException {
        SplittableRandom random = seed.random();
        int rounds = 0;
        for (int left = jobs; left > 0; left -= JOBS_PER_ROUND) {
            String master = MASTERS.get(rounds++ % MASTERS.size());
            new StampedRound(TestSeed.of(random.nextLong()), master, tally, runsAgain)
                    .run(Math.min(left, JOBS_PER_ROUND));
        }
        Path summary = Path.of("target", "chaos-of-stamps.txt");
        Files.createDirectories(summary.getParent());
        Files.writeString(summary, tally + ", sources run again " + runsAgain + "\n");
        assertThat(tally.jobs()).isEqualTo(jobs);
    }
}
