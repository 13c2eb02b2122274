package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.storage.BlockId;
import dev.favilla.task.Locality;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Where tasks run, and how long they wait for it. */
class LocalityTest {

    private static final Duration WAIT = SchedulingPolicy.DEFAULT.localityWait();
    private static final Duration HALF = WAIT.dividedBy(2);

    private final SchedulerHarness harness = new SchedulerHarness();
    private final ExecutorId first = harness.addExecutor("first", 1);
    private final ExecutorId second = harness.addExecutor("second", 1);

    /** An attempt, where it went and how near that is. */
    private record Placed(int partition, ExecutorId executor, Locality locality) {}

    private static List<Placed> placed(SchedulerHarness harness) {
        return harness.all(SchedulerCommand.Launch.class).stream()
                .map(launch -> new Placed(
                        launch.task().partition(),
                        launch.executor(),
                        launch.task().locality()))
                .toList();
    }

    private Placed placed(int job, int partition) {
        TaskSpec task = harness.result(job, partition);
        return new Placed(partition, harness.executorOf(task), task.locality());
    }

    /** Keeps the slot of {@link #first} busy, and returns what does. */
    private TaskSpec occupyFirst() {
        int job = harness.collect(PlacedNode.source(90, 1, "first"));
        TaskSpec task = harness.result(job, 0);
        assertThat(harness.executorOf(task)).isEqualTo(first);
        return task;
    }

    /** Caches the two partitions of {@code dataset} on {@link #second}. */
    private void cacheOnSecond(LineageNode dataset) {
        int job = harness.collect(dataset, dataset.id());
        List<TaskSpec> tasks = harness.running();
        for (TaskSpec task : tasks) {
            harness.succeedCaching(task, new BlockId(dataset.id(), task.partition()));
        }
        assertThat(harness.hasEnded(job)).isTrue();
        for (TaskSpec task : tasks) {
            if (harness.executorOf(task).equals(first)) { // evicted there, and made on the other
                harness.tell(new SchedulerEvent.BlockDropped(first, new BlockId(dataset.id(), task.partition())));
                TaskSpec blocker = occupyFirst();
                int again = harness.submit(dataset, List.of(task.partition()), SimAction.COLLECT, dataset.id());
                harness.succeedCaching(
                        harness.result(again, task.partition()), new BlockId(dataset.id(), task.partition()));
                harness.succeed(blocker);
            }
        }
        harness.said.clear();
    }

    @Test
    void withoutPreferencesAnySlotWillDoAtOnce() {
        harness.collect(SimNode.source(0, 2));

        assertThat(placed(harness))
                .containsExactly(new Placed(0, first, Locality.ANY), new Placed(1, second, Locality.ANY));
    }

    @Test
    void withOneExecutorNothingWaits() {
        SchedulerHarness alone = new SchedulerHarness();
        ExecutorId only = alone.addExecutor("first", 1);

        alone.collect(PlacedNode.source(0, 1, "elsewhere", "first"));

        assertThat(placed(alone)).containsExactly(new Placed(0, only, Locality.ANY));
        assertThat(alone.all(SchedulerCommand.WakeAt.class)).isEmpty();
    }

    @Nested
    class Waits {

        @Test
        void endAfterAWhileAndThenAnySlotWillDo() {
            occupyFirst();
            int job = harness.collect(PlacedNode.source(0, 1, "first"));

            harness.pass(HALF);
            assertThat(harness.results(job, 0)).isEmpty();
            harness.pass(HALF);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.NODE_LOCAL));
        }

        @Test
        void beginAnewWithEachTaskThatFindsItsPlace() {
            TaskSpec blocker = occupyFirst();
            int job = harness.collect(PlacedNode.source(0, 3, "first"));
            harness.pass(HALF);
            harness.succeed(blocker);
            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));

            harness.pass(HALF);
            assertThat(harness.results(job, 1)).isEmpty();
            harness.pass(HALF);

            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.NODE_LOCAL));
        }

        @Test
        void forExecutorsThatAreGoneAreNone() {
            occupyFirst();
            int job = harness.collect(PlacedNode.source(0, 1, "first"));
            assertThat(harness.results(job, 0)).isEmpty();

            harness.lose(first); // what ran there goes first
            harness.succeed(harness.running().get(0));

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void forExecutorsThatAreDrainedAreNone() {
            occupyFirst();
            int waiting = harness.collect(PlacedNode.source(0, 1, "first"));

            harness.drain(first);
            assertThat(placed(waiting, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
            harness.succeed(harness.result(waiting, 0));
            int later = harness.collect(PlacedNode.source(1, 1, "first"));

            assertThat(placed(later, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void ofOthersAreNotSharedByTasksWithoutAPlace() {
            SimNode nowhere = SimNode.source(0, 2);
            ShuffleDependency shuffle = SimNode.shuffle(0, nowhere, 3);
            int job = harness.collect(SimNode.shuffled(1, 3, shuffle));
            harness.succeedLeaving(harness.map(0, 0), 100, 0, 100);
            TaskSpec lastMap = harness.map(0, 1);
            ExecutorId mapper = harness.executorOf(lastMap);
            TaskSpec blocker = occupyFirst();
            assertThat(mapper).isEqualTo(second);

            harness.succeedLeaving(lastMap, 0, 0, 0);

            // reducers 0 and 2 wait for the first executor, reducer 1 has nothing to read anywhere
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.ANY));
            assertThat(harness.running()).containsExactly(blocker, harness.result(job, 1));
        }

        @Test
        void ofALaterJobsPredecessorLeaveItTheFreeSlot() {
            occupyFirst();
            harness.collect(PlacedNode.source(0, 1, "first"));

            int other = harness.collect(SimNode.source(1, 1));

            assertThat(placed(other, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void thatEndWhileAllSlotsAreTakenWakeNobody() {
            occupyFirst();
            int waiting = harness.collect(PlacedNode.source(0, 1, "first"));
            int other = harness.collect(SimNode.source(1, 1));

            harness.pass(WAIT.multipliedBy(10)); // which throws if the machine wakes itself without end
            harness.succeed(harness.result(other, 0));

            assertThat(placed(waiting, 0)).isEqualTo(new Placed(0, second, Locality.NODE_LOCAL));
        }

        @Test
        void ofNoTimeStillPreferTheRightPlace() {
            SchedulerHarness hasty = new SchedulerHarness(SchedulingPolicy.DEFAULT.withLocalityWait(Duration.ZERO));
            ExecutorId one = hasty.addExecutor(1);
            ExecutorId other = hasty.addExecutor(1);
            ExecutorId home = hasty.addExecutor("home", 1);

            hasty.collect(PlacedNode.source(0, 3, "home"));

            assertThat(placed(hasty))
                    .containsExactly(
                            new Placed(0, home, Locality.PROCESS_LOCAL),
                            new Placed(1, one, Locality.NODE_LOCAL),
                            new Placed(2, other, Locality.NODE_LOCAL));
        }

        @Test
        void mayBeAsLongAsADurationCanBe() {
            SchedulerHarness patient =
                    new SchedulerHarness(SchedulingPolicy.DEFAULT.withLocalityWait(Duration.ofSeconds(Long.MAX_VALUE)));
            patient.addExecutor(1);
            patient.addExecutor(1);
            patient.addExecutor("home", 1);

            int job = patient.collect(PlacedNode.source(0, 2, "home"));
            patient.pass(Duration.ofDays(10_000));

            assertThat(patient.running()).containsExactly(patient.result(job, 0));
        }
    }

    @Nested
    class Places {

        @Test
        void ofASourceAreTheFirstOfItsOwnThatIsThere() {
            ExecutorId home = harness.addExecutor("home", 1);

            harness.collect(PlacedNode.step(1, PlacedNode.source(0, 1, "gone", "home", "first")));

            assertThat(placed(harness)).containsExactly(new Placed(0, home, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofReducersAreTheLargestHolders() {
            int job = harness.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2)));
            harness.succeedLeaving(harness.map(0, 0), 10, 900); // on the first
            harness.succeedLeaving(harness.map(0, 1), 800, 10); // on the second

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, first, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofReducersAreSpreadWhereSeveralHoldAsMuch() {
            int job = harness.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2)));
            harness.succeedLeaving(harness.map(0, 0), 100, 100);
            harness.succeedLeaving(harness.map(0, 1), 105, 105);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void withLessThanAFifthOfAReducersInputAreNone() {
            SchedulerHarness wide = new SchedulerHarness();
            for (int i = 0; i < 6; i++) {
                wide.addExecutor(1);
            }
            int job = wide.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 6), 1)));
            for (int map = 0; map < 6; map++) {
                wide.succeedLeaving(wide.map(0, map), 100);
            }

            assertThat(wide.result(job, 0).locality()).isEqualTo(Locality.ANY);
        }

        @Test
        void ofWhatIsReadWithoutAShuffleWin() {
            ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
            PlacedNode beside = PlacedNode.source(1, 2, "first");
            int job = harness.collect(PlacedNode.reading(2, 2, shuffle, new NarrowDependency(beside)));
            TaskSpec onFirst = harness.map(0, 0);
            harness.succeedLeaving(harness.map(0, 1), 1000, 1000); // on the second
            harness.succeedLeaving(onFirst, 1, 1);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
            assertThat(harness.results(job, 1)).isEmpty();
        }

        @Test
        void ofWhatIsShuffledAreLookedForWhereNothingElseHasOne() {
            ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 1);
            SimNode beside = SimNode.source(1, 1);
            int job = harness.collect(PlacedNode.reading(2, 1, new NarrowDependency(beside), shuffle));
            harness.succeedLeaving(harness.map(0, 0), 1);
            harness.succeedLeaving(harness.map(0, 1), 1000); // on the second

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsAreWhereTheyAre() {
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);

            int job = harness.submit(SimNode.narrow(1, cached), List.of(1), SimAction.COLLECT, 0);

            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsMoveWithThem() {
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);
            TaskSpec blocker = harness.result(harness.submit(cached, List.of(1), SimAction.COLLECT, 0), 1);
            int mover = harness.submit(cached, List.of(0), SimAction.COLLECT, 0);
            harness.pass(WAIT); // its block is on the second, which is busy
            assertThat(placed(mover, 0)).isEqualTo(new Placed(0, first, Locality.NODE_LOCAL));
            harness.succeedCaching(harness.result(mover, 0), new BlockId(0, 0));
            harness.succeed(blocker);
            harness.tell(new SchedulerEvent.BlockDropped(second, new BlockId(0, 0)));

            int job = harness.submit(cached, List.of(0), SimAction.COLLECT, 0);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsOnADrainingExecutorAreNone() {
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);
            TaskSpec runs = harness.result(harness.submit(cached, List.of(1), SimAction.COLLECT, 0), 1);
            harness.drain(harness.executorOf(runs));

            int job = harness.submit(cached, List.of(0), SimAction.COLLECT, 0);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.ANY));
        }

        @Test
        void ofAZipAreThoseOfItsParents() {
            SimNode left = SimNode.source(0, 2);
            SimNode right = SimNode.source(1, 2);
            cacheOnSecond(right);

            int job = harness.submit(SimNode.narrow(2, left, right), List.of(0), SimAction.COLLECT, 1);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofADatasetZippedWithItselfThirtyTimesOverAreFoundAtOnce() {
            LineageNode node = PlacedNode.source(0, 1, "first");
            for (int id = 1; id <= 60; id += 2) { // one walk a path would take 2^30 steps
                node = PlacedNode.step(
                        id + 1, PlacedNode.reading(id, 1, new NarrowDependency(node), new NarrowDependency(node)));
            }

            int job = harness.collect(node);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
        }
    }
}
