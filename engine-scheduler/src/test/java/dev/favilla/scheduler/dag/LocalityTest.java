package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.Locality;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Where tasks run, and how long they wait for it. */
class LocalityTest {

    private static final Duration WAIT = SchedulingPolicy.DEFAULT.localityWait();
    private static final Duration HALF = WAIT.dividedBy(2);

    private final Rig rig = new Rig();
    private final ExecutorId first = rig.addExecutor("first", 1);
    private final ExecutorId second = rig.addExecutor("second", 1);

    /** An attempt, where it went and how near that is. */
    private record Placed(int partition, ExecutorId executor, Locality locality) {}

    private static List<Placed> placed(Rig rig) {
        return rig.all(SchedulerCommand.Launch.class).stream()
                .map(launch -> new Placed(
                        launch.task().partition(),
                        launch.executor(),
                        launch.task().locality()))
                .toList();
    }

    private Placed placed(int job, int partition) {
        TaskSpec task = rig.result(job, partition);
        return new Placed(partition, rig.executorOf(task), task.locality());
    }

    /** Keeps the slot of {@link #first} busy, and returns what does. */
    private TaskSpec occupyFirst() {
        int job = rig.collect(PlacedNode.source(90, 1, "first"));
        TaskSpec task = rig.result(job, 0);
        assertThat(rig.executorOf(task)).isEqualTo(first);
        return task;
    }

    /** Caches the two partitions of {@code dataset} on {@link #second}. */
    private void cacheOnSecond(LineageNode dataset) {
        int job = rig.collect(dataset, dataset.id());
        List<TaskSpec> tasks = rig.running();
        for (TaskSpec task : tasks) {
            rig.succeedCaching(task, new BlockId(dataset.id(), task.partition()));
        }
        assertThat(rig.hasEnded(job)).isTrue();
        for (TaskSpec task : tasks) {
            if (rig.executorOf(task).equals(first)) { // evicted there, and made on the other
                rig.tell(new SchedulerEvent.BlockDropped(first, new BlockId(dataset.id(), task.partition())));
                TaskSpec blocker = occupyFirst();
                int again = rig.submit(dataset, List.of(task.partition()), SimAction.COLLECT, dataset.id());
                rig.succeedCaching(rig.result(again, task.partition()), new BlockId(dataset.id(), task.partition()));
                rig.succeed(blocker);
            }
        }
        rig.said.clear();
    }

    @Test
    void withoutPreferencesAnySlotWillDoAtOnce() { // behaviour 214
        rig.collect(SimNode.source(0, 2));

        assertThat(placed(rig))
                .containsExactly(new Placed(0, first, Locality.ANY), new Placed(1, second, Locality.ANY));
    }

    @Test
    void withOneExecutorNothingWaits() {
        Rig alone = new Rig();
        ExecutorId only = alone.addExecutor("first", 1);

        alone.collect(PlacedNode.source(0, 1, "elsewhere", "first"));

        assertThat(placed(alone)).containsExactly(new Placed(0, only, Locality.ANY));
        assertThat(alone.all(SchedulerCommand.WakeAt.class)).isEmpty();
    }

    @Nested
    class Waits {

        @Test
        void endAfterAWhileAndThenAnySlotWillDo() { // behaviour 215
            occupyFirst();
            int job = rig.collect(PlacedNode.source(0, 1, "first"));

            rig.pass(HALF);
            assertThat(rig.results(job, 0)).isEmpty();
            rig.pass(HALF);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.NODE_LOCAL));
        }

        @Test
        void beginAnewWithEachTaskThatFindsItsPlace() { // behaviour 215
            TaskSpec blocker = occupyFirst();
            int job = rig.collect(PlacedNode.source(0, 3, "first"));
            rig.pass(HALF);
            rig.succeed(blocker);
            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));

            rig.pass(HALF);
            assertThat(rig.results(job, 1)).isEmpty();
            rig.pass(HALF);

            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.NODE_LOCAL));
        }

        @Test
        void forExecutorsThatAreGoneAreNone() { // behaviour 216
            occupyFirst();
            int job = rig.collect(PlacedNode.source(0, 1, "first"));
            assertThat(rig.results(job, 0)).isEmpty();

            rig.lose(first); // what ran there goes first
            rig.succeed(rig.running().get(0));

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void forExecutorsThatAreDrainedAreNone() { // behaviour 216
            occupyFirst();
            int waiting = rig.collect(PlacedNode.source(0, 1, "first"));

            rig.drain(first);
            assertThat(placed(waiting, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
            rig.succeed(rig.result(waiting, 0));
            int later = rig.collect(PlacedNode.source(1, 1, "first"));

            assertThat(placed(later, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void ofOthersAreNotSharedByTasksWithoutAPlace() { // behaviour 217
            SimNode nowhere = SimNode.source(0, 2);
            ShuffleDependency shuffle = SimNode.shuffle(0, nowhere, 3);
            int job = rig.collect(SimNode.shuffled(1, 3, shuffle));
            rig.succeedLeaving(rig.map(0, 0), 100, 0, 100);
            TaskSpec lastMap = rig.map(0, 1);
            ExecutorId mapper = rig.executorOf(lastMap);
            TaskSpec blocker = occupyFirst();
            assertThat(mapper).isEqualTo(second);

            rig.succeedLeaving(lastMap, 0, 0, 0);

            // reducers 0 and 2 wait for the first executor, reducer 1 has nothing to read anywhere
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.ANY));
            assertThat(rig.running()).containsExactly(blocker, rig.result(job, 1));
        }

        @Test
        void ofALaterJobsPredecessorLeaveItTheFreeSlot() {
            occupyFirst();
            rig.collect(PlacedNode.source(0, 1, "first"));

            int other = rig.collect(SimNode.source(1, 1));

            assertThat(placed(other, 0)).isEqualTo(new Placed(0, second, Locality.ANY));
        }

        @Test
        void thatEndWhileAllSlotsAreTakenWakeNobody() {
            occupyFirst();
            int waiting = rig.collect(PlacedNode.source(0, 1, "first"));
            int other = rig.collect(SimNode.source(1, 1));

            rig.pass(WAIT.multipliedBy(10)); // which throws if the machine wakes itself without end
            rig.succeed(rig.result(other, 0));

            assertThat(placed(waiting, 0)).isEqualTo(new Placed(0, second, Locality.NODE_LOCAL));
        }

        @Test
        void ofNoTimeStillPreferTheRightPlace() { // behaviour 218
            Rig hasty = new Rig(SchedulingPolicy.DEFAULT.withLocalityWait(Duration.ZERO));
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
            Rig patient = new Rig(SchedulingPolicy.DEFAULT.withLocalityWait(Duration.ofSeconds(Long.MAX_VALUE)));
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
            ExecutorId home = rig.addExecutor("home", 1);

            rig.collect(PlacedNode.step(1, PlacedNode.source(0, 1, "gone", "home", "first")));

            assertThat(placed(rig)).containsExactly(new Placed(0, home, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofReducersAreTheLargestHolders() { // behaviour 162
            int job = rig.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2)));
            rig.succeedLeaving(rig.map(0, 0), 10, 900); // on the first
            rig.succeedLeaving(rig.map(0, 1), 800, 10); // on the second

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, first, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofReducersAreSpreadWhereSeveralHoldAsMuch() {
            int job = rig.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2)));
            rig.succeedLeaving(rig.map(0, 0), 100, 100);
            rig.succeedLeaving(rig.map(0, 1), 105, 105);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void withLessThanAFifthOfAReducersInputAreNone() { // behaviour 162
            Rig wide = new Rig();
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
        void ofWhatIsReadWithoutAShuffleWin() { // behaviour 199
            ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
            PlacedNode beside = PlacedNode.source(1, 2, "first");
            int job = rig.collect(PlacedNode.reading(2, 2, shuffle, new NarrowDependency(beside)));
            TaskSpec onFirst = rig.map(0, 0);
            rig.succeedLeaving(rig.map(0, 1), 1000, 1000); // on the second
            rig.succeedLeaving(onFirst, 1, 1);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
            assertThat(rig.results(job, 1)).isEmpty();
        }

        @Test
        void ofWhatIsShuffledAreLookedForWhereNothingElseHasOne() { // behaviour 199
            ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 1);
            SimNode beside = SimNode.source(1, 1);
            int job = rig.collect(PlacedNode.reading(2, 1, new NarrowDependency(beside), shuffle));
            rig.succeedLeaving(rig.map(0, 0), 1);
            rig.succeedLeaving(rig.map(0, 1), 1000); // on the second

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsAreWhereTheyAre() { // behaviour 173
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);

            int job = rig.submit(SimNode.narrow(1, cached), List.of(1), SimAction.COLLECT, 0);

            assertThat(placed(job, 1)).isEqualTo(new Placed(1, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsMoveWithThem() {
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);
            TaskSpec blocker = rig.result(rig.submit(cached, List.of(1), SimAction.COLLECT, 0), 1);
            int mover = rig.submit(cached, List.of(0), SimAction.COLLECT, 0);
            rig.pass(WAIT); // its block is on the second, which is busy
            assertThat(placed(mover, 0)).isEqualTo(new Placed(0, first, Locality.NODE_LOCAL));
            rig.succeedCaching(rig.result(mover, 0), new BlockId(0, 0));
            rig.succeed(blocker);
            rig.tell(new SchedulerEvent.BlockDropped(second, new BlockId(0, 0)));

            int job = rig.submit(cached, List.of(0), SimAction.COLLECT, 0);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofCachedPartitionsOnADrainingExecutorAreNone() {
            SimNode cached = SimNode.source(0, 2);
            cacheOnSecond(cached);
            TaskSpec runs = rig.result(rig.submit(cached, List.of(1), SimAction.COLLECT, 0), 1);
            rig.drain(rig.executorOf(runs));

            int job = rig.submit(cached, List.of(0), SimAction.COLLECT, 0);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.ANY));
        }

        @Test
        void ofAZipAreThoseOfItsParents() {
            SimNode left = SimNode.source(0, 2);
            SimNode right = SimNode.source(1, 2);
            cacheOnSecond(right);

            int job = rig.submit(SimNode.narrow(2, left, right), List.of(0), SimAction.COLLECT, 1);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, second, Locality.PROCESS_LOCAL));
        }

        @Test
        void ofADatasetZippedWithItselfThirtyTimesOverAreFoundAtOnce() { // behaviour 172
            LineageNode node = PlacedNode.source(0, 1, "first");
            for (int id = 1; id <= 60; id += 2) { // one walk a path would take 2^30 steps
                node = PlacedNode.step(
                        id + 1, PlacedNode.reading(id, 1, new NarrowDependency(node), new NarrowDependency(node)));
            }

            int job = rig.collect(node);

            assertThat(placed(job, 0)).isEqualTo(new Placed(0, first, Locality.PROCESS_LOCAL));
        }
    }
}
