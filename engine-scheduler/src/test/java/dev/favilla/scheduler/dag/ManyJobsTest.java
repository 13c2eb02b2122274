package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobProperties;
import dev.favilla.scheduler.PoolMode;
import dev.favilla.scheduler.PoolSpec;
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

    private static Rig rig(PoolMode mode, PoolSpec... pools) {
        Rig rig = new Rig(SchedulingPolicy.DEFAULT.withPools(mode, List.of(pools)));
        rig.nobodyObserves();
        rig.addExecutor(SLOTS);
        return rig;
    }

    private static JobProperties in(String pool) {
        return new JobProperties(null, "", Set.of(), false, null, Map.of(JobProperties.POOL, pool));
    }

    /** Ends all attempts well, the oldest first, and returns the jobs in the order in which they ended. */
    private static List<Integer> play(Rig rig) {
        List<TaskSpec> running = rig.running();
        while (!running.isEmpty()) {
            rig.succeed(running.get(0), 0);
            running = rig.running();
        }
        assertThat(rig.tables().isIdle()).isTrue();
        assertThat(rig.all(SchedulerCommand.EndJob.class)).allMatch(end -> end.outcome() instanceof JobOutcome.Staged);
        return rig.all(SchedulerCommand.EndJob.class).stream()
                .map(SchedulerCommand.EndJob::jobId)
                .toList();
    }

    @Test
    void firstInFirstOutTheyEndInTheirOrder() {
        Rig rig = rig(PoolMode.FIFO);
        for (int i = 0; i < JOBS; i++) {
            rig.collect(SimNode.source(0, 3), in("ignored" + i % 7));
        }

        assertThat(play(rig))
                .containsExactlyElementsOf(IntStream.range(0, JOBS).boxed().toList());
    }

    @Test
    void inPoolsNoPoolIsMoreThanItsShareAhead() {
        Rig rig = rig(PoolMode.FAIR);
        int pools = SLOTS;
        for (int i = 0; i < JOBS; i++) {
            rig.collect(SimNode.source(0, 3), in("pool" + i % pools));
        }

        List<Integer> ended = play(rig);

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
        Rig rig = rig(PoolMode.FAIR);
        for (int i = 0; i < JOBS; i++) {
            rig.collect(SimNode.source(0, 2), in("pool" + i));
        }

        assertThat(play(rig)).hasSize(JOBS).doesNotHaveDuplicates();
    }

    @Test
    void aSmallJobIsNotStarvedByALargeOneBeforeIt() {
        Rig rig = rig(PoolMode.FAIR, new PoolSpec("small", PoolMode.FIFO, 1, SLOTS));
        int large = rig.collect(SimNode.source(0, 5_000), in("large"));
        int small = rig.collect(SimNode.source(1, SLOTS), in("small"));

        for (int i = 0; i < 2 * SLOTS; i++) { // the first round frees the slots
            rig.succeed(rig.running().get(0), 0);
        }

        assertThat(rig.hasEnded(small)).isTrue();
        assertThat(rig.hasEnded(large)).isFalse();
    }
}
