package dev.favilla.scheduler.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobProperties;
import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.testing.ManualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** In which order task sets are given slots. */
class PoolsTest {

    private static final ExecutorId EXECUTOR = new ExecutorId("executor", 0);

    /** A scheduler and the names of what it launched, such as {@code 3} for an attempt of job 3. */
    private static final class World {

        private final TaskScheduler scheduler;
        private final List<TaskAttempt> running = new ArrayList<>();

        World(PoolMode mode, PoolSpec... pools) {
            scheduler = new TaskScheduler(
                    command -> {}, SchedulingPolicy.DEFAULT.withPools(mode, List.of(pools)), new ManualClock());
            scheduler.addExecutor(EXECUTOR, 1000, 0);
        }

        TaskSet submit(int jobId, int stageId, int tasks, String pool) {
            BitSet pending = new BitSet();
            pending.set(0, tasks);
            StageAttempt common = new StageAttempt(
                    stageId,
                    "stage",
                    0,
                    tasks,
                    null,
                    new TaskWork.MergeResults(new NoAction(), List.of(), null),
                    InputSnapshot.NONE);
            TaskSet set = new TaskSet(
                    common, pending, new Retries(RetryPolicy.LOCAL), PreferredLocations.NONE, owner(jobId, pool));
            scheduler.submit(set);
            return set;
        }

        static TaskSet.Owner owner(int jobId, String pool) {
            Map<String, String> local = pool.isEmpty() ? Map.of() : Map.of(JobProperties.POOL, pool);
            return new TaskSet.Owner(jobId, Map.of(), new JobProperties(null, "", Set.of(), false, null, local));
        }

        /** Launches so many attempts and returns the jobs they run for, in order. */
        List<Integer> launch(int count) {
            List<Integer> jobs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TaskAttempt attempt = Objects.requireNonNull(scheduler.launchNext());
                running.add(attempt);
                jobs.add(attempt.set().jobId());
            }
            return jobs;
        }

        void endAll() {
            running.forEach(attempt -> scheduler.ended(attempt.id(), EXECUTOR));
            running.clear();
        }
    }

    @Nested
    class FirstInFirstOut {

        private final World world = new World(PoolMode.FIFO, new PoolSpec("vip", PoolMode.FIFO, 100, 100));

        @Test
        void servesByJobThenByStage() {
            TaskSet late = world.submit(1, 1, 1, "");
            TaskSet young = world.submit(0, 3, 1, "");
            TaskSet old = world.submit(0, 2, 1, "");

            world.launch(3);

            assertThat(world.running).extracting(TaskAttempt::set).containsExactly(old, young, late);
        }

        @Test
        void ignoresPools() {
            world.submit(1, 1, 2, "vip");
            world.submit(0, 0, 2, "poor");

            assertThat(world.launch(4)).containsExactly(0, 0, 1, 1);
        }
    }

    @Nested
    class Fair {

        @Test
        void servesThoseBelowTheirMinimumFirstByHowLittleTheyHave() {
            World world = new World(
                    PoolMode.FAIR,
                    new PoolSpec("one", PoolMode.FIFO, 1, 2),
                    new PoolSpec("two", PoolMode.FIFO, 1, 4),
                    new PoolSpec("none", PoolMode.FIFO, 1000, 0));
            world.submit(1, 1, 10, "one");
            world.submit(2, 2, 10, "two");
            world.submit(3, 3, 10, "none");

            // shares of the minimum: 0/2 0/4 | 1/2 0/4 | 1/2 1/4 | 1/2 2/4 | 2/2 2/4 | then two alone is below its own
            assertThat(world.launch(6)).containsExactly(1, 2, 2, 1, 2, 2);
            assertThat(world.launch(3)).as("all have their minimum: by weight").containsExactly(3, 3, 3);
        }

        @Test
        void servesTheOthersByRunningOverWeightThenByName() {
            World world = new World(
                    PoolMode.FAIR,
                    new PoolSpec("b", PoolMode.FIFO, 1, 0),
                    new PoolSpec("a", PoolMode.FIFO, 1, 0),
                    new PoolSpec("heavy", PoolMode.FIFO, 2, 0));
            world.submit(1, 1, 10, "b");
            world.submit(2, 2, 10, "a");
            world.submit(3, 3, 10, "heavy");

            assertThat(world.launch(8)).containsExactly(2, 1, 3, 3, 2, 1, 3, 3);
        }

        @Test
        void servesEachPoolByItsOwnRule() {
            World world = new World(
                    PoolMode.FAIR,
                    new PoolSpec("line", PoolMode.FIFO, 1, 0),
                    new PoolSpec("share", PoolMode.FAIR, 1, 0));
            world.submit(1, 1, 4, "line");
            world.submit(2, 2, 4, "line");
            world.submit(3, 3, 4, "share");
            world.submit(4, 4, 4, "share");

            assertThat(world.launch(8)).containsExactly(1, 3, 1, 4, 1, 3, 1, 4);
        }

        @Test
        void putsJobsWithoutAPoolIntoTheDefaultPool() {
            World world = new World(PoolMode.FAIR, new PoolSpec(PoolSpec.DEFAULT, PoolMode.FIFO, 3, 0));
            world.submit(1, 1, 10, "");
            world.submit(2, 2, 10, "  ");
            world.submit(3, 3, 10, "other");

            assertThat(world.launch(4)).containsExactly(1, 3, 1, 1);
            world.endAll();
            assertThat(world.launch(8)).as("first in, first out").containsExactly(1, 3, 1, 1, 1, 3, 1, 1);
        }

        @Test
        void makesAPoolOfAnyName() {
            World world = new World(PoolMode.FAIR);
            world.submit(1, 1, 10, "unheard of");
            world.submit(2, 2, 10, "unheard of");
            world.submit(3, 3, 10, "another");

            assertThat(world.launch(4))
                    .as("weight 1, no share, first in first out")
                    .containsExactly(3, 1, 3, 1);
        }

        @Test
        void countsWhatRunsUntilItEnds() {
            World world = new World(PoolMode.FAIR);
            world.submit(1, 1, 10, "a");
            assertThat(world.launch(3)).containsExactly(1, 1, 1);
            world.submit(2, 2, 10, "b");

            assertThat(world.launch(4)).as("b catches up").containsExactly(2, 2, 2, 1);
            world.endAll();
            assertThat(world.launch(2)).as("all is as in the beginning").containsExactly(1, 2);
        }

        @Test
        void countsWhatRunsOfAPoolInWhichNothingWaits() {
            World world = new World(PoolMode.FAIR);
            world.submit(1, 1, 2, "a");
            world.launch(2);
            world.submit(2, 2, 10, "b");
            world.submit(3, 3, 10, "a");

            assertThat(world.launch(3)).containsExactly(2, 2, 3);
        }

        @Test
        void countsAttemptsWhereTheyWereLaunchedAlsoAfterAnAdoption() {
            World world = new World(PoolMode.FAIR);
            TaskSet orphan = world.submit(1, 1, 10, "a");
            world.launch(2);
            world.submit(3, 3, 10, "a");
            world.submit(4, 4, 10, "b");

            world.scheduler.adopt(orphan, World.owner(2, "b"));

            assertThat(world.launch(2)).as("two run in a, none in b").containsExactly(2, 2);
            world.endAll();
            assertThat(world.launch(2)).as("none run anywhere").containsExactly(3, 2);
        }

        @Test
        void leavesNothingBehind() {
            World world = new World(PoolMode.FAIR);
            TaskSet set = world.submit(1, 1, 2, "a");
            world.launch(1);
            world.scheduler.retire(set);
            world.endAll();

            world.submit(2, 2, 1, "b");
            world.submit(3, 3, 1, "a");

            assertThat(world.launch(2)).containsExactly(3, 2);
            assertThat(world.scheduler.launchNext()).isNull();
        }
    }

    @Nested
    class Pooled {

        @Test
        void poolsMayLieInPools() {
            Pool outer = new Pool(new PoolSpec("outer", PoolMode.FAIR, 1, 0));
            Pool left = new Pool(new PoolSpec("left", PoolMode.FAIR, 1, 0));
            Pool right = new Pool(new PoolSpec("right", PoolMode.FIFO, 1, 0));
            World world = new World(PoolMode.FIFO);
            TaskSet inLeft = world.submit(9, 9, 1, "");
            TaskSet inRight = world.submit(1, 1, 1, "");
            left.add(inLeft);
            right.add(inRight);
            outer.add(right);
            outer.add(left);

            List<TaskSet> offered = new ArrayList<>();
            assertThat(outer.firstOf(set -> {
                        offered.add(set);
                        return null;
                    }))
                    .isNull();
            left.launched();
            outer.firstOf(set -> {
                offered.add(set);
                return null;
            });

            assertThat(offered).containsExactly(inLeft, inRight, inRight, inLeft);
        }
    }

    @Test
    void aPoolWithBadNumbersCannotBeDescribed() { // stricter than Spark
        assertThatThrownBy(() -> new PoolSpec("a", PoolMode.FIFO, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight of pool a must be >= 1, got 0");
        assertThatThrownBy(() -> new PoolSpec("a", PoolMode.FIFO, 1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minShare of pool a must be >= 0, got -1");
        assertThatThrownBy(() -> new PoolSpec(" ", PoolMode.FIFO, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the name of a pool must not be blank, got ' '");
    }
}
