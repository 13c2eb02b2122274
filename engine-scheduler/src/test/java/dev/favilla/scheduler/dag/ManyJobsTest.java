package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A thousand jobs at once: all end, and none waits longer than its turn. */
class ManyJobsTest {

    private static final int JOBS = 1_000;
    private static final int SLOTS = 8;

    private static SchedulerHarness harness(PoolMode mode, PoolSpec... pools) {
        SchedulerHarness harness = new SchedulerHarness(SchedulingPolicy.DEFAULT.withPools(mode, List.of(pools)));
        harness.nobodyObserves();
        harness.addExecutor(SLOTS);
        return harness;
    }

    private static JobProperties in(String pool) {
        return new JobProperties(null, "", Set.of(), false, null, Map.of(JobProperties.POOL, pool));
    }

    /** Ends all attempts well, the oldest first, and returns the jobs in the order in which they ended. */
    private static List<Integer> play(SchedulerHarness harness) {
        List<TaskSpec> running = harness.running();
        while (!running.isEmpty()) {
            harness.succeed(running.get(0), 0);
            running = harness.running();
        }
        assertThat(harness.tables().isIdle()).isTrue();
        assertThat(harness.all(SchedulerCommand.EndJob.class))
                .allMatch(end -> end.outcome() instanceof JobOutcome.Staged);
        return harness.all(SchedulerCommand.EndJob.class).stream()
                .map(SchedulerCommand.EndJob::jobId)
                .toList();
    }

    @Test
    void firstInFirstOutTheyEndInTheirOrder() {
        SchedulerHarness harness = harness(PoolMode.FIFO);
        for (int i = 0; i < JOBS; i++) {
            harness.collect(SimNode.source(0, 3), in("ignored" + i % 7));
        }

        assertThat(play(harness))
                .containsExactlyElementsOf(IntStream.range(0, JOBS).boxed().toList());
    }

    @Test
    void inPoolsNoPoolIsMoreThanItsShareAhead() {
        SchedulerHarness harness = harness(PoolMode.FAIR);
        int pools = SLOTS;
        for (int i = 0; i < JOBS; i++) {
            harness.collect(SimNode.source(0, 3), in("pool" + i % pools));
        }

        List<Integer> ended = play(harness);

        int[] endedIn = new int[pools];
        for (int job : ended) {
            endedIn[job % pools]++;
            assertThat(IntStream.of(endedIn).max().orElseThrow()
                            - IntStream.of(endedIn).min().orElseThrow())
                    .as("the first pool had all slots before the others came")
                    .isLessThanOrEqualTo(SLOTS / 3 + 1);
        }
        assertThat(ended).hasSize(JOBS);
    }

    @Test
    void eachInAPoolOfItsOwnTheyAllEnd() {
        SchedulerHarness harness = harness(PoolMode.FAIR);
        for (int i = 0; i < JOBS; i++) {
            harness.collect(SimNode.source(0, 2), in("pool" + i));
        }

        assertThat(play(harness)).hasSize(JOBS).doesNotHaveDuplicates();
    }

    @Test
    void aSmallJobIsNotStarvedByALargeOneBeforeIt() {
        SchedulerHarness harness = harness(PoolMode.FAIR, new PoolSpec("small", PoolMode.FIFO, 1, SLOTS));
        int large = harness.collect(SimNode.source(0, 5_000), in("large"));
        int small = harness.collect(SimNode.source(1, SLOTS), in("small"));

        for (int i = 0; i < 2 * SLOTS; i++) { // the first round frees the slots
            harness.succeed(harness.running().get(0), 0);
        }

        assertThat(harness.hasEnded(small)).isTrue();
        assertThat(harness.hasEnded(large)).isFalse();
    }
}
