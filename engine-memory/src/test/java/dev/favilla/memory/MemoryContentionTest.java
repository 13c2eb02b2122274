package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What tasks do that cannot all have what they need. */
@Timeout(60)
class MemoryContentionTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.25);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private MemoryAccount task(String owner, long job, long holds) {
        MemoryAccount task = manager.openTask(owner, job);
        task.require(holds);
        return task;
    }

    /** Requires on another thread, and returns once that waits. */
    private CompletableFuture<Void> waiting(MemoryAccount task, long bytes) throws InterruptedException {
        CompletableFuture<Thread> began = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.execute(() -> {
            began.complete(Thread.currentThread());
            try {
                task.require(bytes);
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        Thread thread = began.join();
        while (thread.getState() != Thread.State.TIMED_WAITING && !done.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(done).isNotDone();
        return done;
    }

    private static void assertEnded(CompletableFuture<Void> wait, Class<? extends Throwable> how, String text) {
        assertThatThrownBy(() -> wait.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(how)
                .hasMessageContaining(text);
    }

    private static void assertGranted(CompletableFuture<Void> wait) throws Exception {
        wait.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatIsFreeIsGrantedBeyondTheFairShareRatherThanRefused() {
        MemoryAccount first = manager.openTask("first");
        manager.openTask("second");

        first.require(48 * MIB);

        assertThat(first.reservedBytes()).isEqualTo(48 * MIB);
    }

    @Test
    void theOlderOneWaitsUntilTheYoungerOneEnds() throws Exception {
        MemoryAccount older = task("older", 1, 40 * MIB);
        MemoryAccount younger = task("younger", 2, 20 * MIB);

        CompletableFuture<Void> wait = waiting(older, 20 * MIB);
        younger.close();

        assertGranted(wait);
        assertThat(manager.usage().executionBytes()).isEqualTo(60 * MIB);
    }

    @Test
    void theYoungerOneGivesWayAndGivesAllBack() throws Exception {
        MemoryAccount older = task("older", 1, 40 * MIB);
        MemoryAccount younger = task("younger", 2, 20 * MIB);
        List<String> told = new ArrayList<>();
        younger.onGivingWay(told::add);
        CompletableFuture<Void> wait = waiting(older, 20 * MIB);

        assertThatThrownBy(() -> younger.require(MIB))
                .isInstanceOf(TaskKilledException.class)
                .hasMessageContaining("older is older and needs it");

        assertGranted(wait);
        assertThat(told).hasSize(1);
        assertThat(younger.reservedBytes()).isZero();
        assertThat(younger.reserve(1)).isZero();
        assertThatThrownBy(() -> younger.require(1)).isInstanceOf(TaskKilledException.class);
    }

    @Test
    void aYoungerOneThatHoldsNothingWaitsAndHasItsShare() throws Exception {
        MemoryAccount older = task("older", 1, 60 * MIB);
        MemoryAccount younger = manager.openTask("younger", 2);

        CompletableFuture<Void> wait = waiting(younger, 20 * MIB);
        assertThat(older.reserve(4 * MIB)).as("beyond half").isZero();
        older.close();

        assertGranted(wait);
    }

    @Test
    void whoGaveWayComesBackWhenTheOlderOneHasEnded() throws Exception {
        MemoryAccount older = task("older", 1, 40 * MIB);
        MemoryAccount younger = task("younger", 2, 20 * MIB);
        assertThatThrownBy(() -> younger.require(20 * MIB)).isInstanceOf(TaskKilledException.class);
        younger.close();

        CompletableFuture<Void> again = waiting(manager.openTask("younger, again", 2), MIB);
        older.close();

        assertGranted(again);
    }

    @Test
    void whoCouldNeverHaveItIsRefusedAtOnceWhateverOthersHold() {
        MemoryAccount older = task("older", 1, 10 * MIB);
        MemoryAccount younger = task("younger", 2, 10 * MIB);

        assertThatThrownBy(() -> older.require(POOL)).isInstanceOf(ExecutionMemoryExhaustedException.class);
        assertThatThrownBy(() -> younger.require(POOL)).isInstanceOf(ExecutionMemoryExhaustedException.class);

        assertThat(manager.usage().executionBytes()).isEqualTo(20 * MIB);
    }

    @Test
    void whileAnOlderOneWaitsNothingGoesToOthers() throws Exception {
        StorageAccount storage = manager.openStorage(bytes -> 0);
        MemoryAccount older = task("older", 1, 40 * MIB);
        MemoryAccount younger = task("younger", 2, 16 * MIB);

        CompletableFuture<Void> wait = waiting(older, 20 * MIB);

        assertThat(younger.reserve(MIB)).isZero();
        assertThat(storage.reserve(MIB)).isFalse();
        younger.close();
        assertGranted(wait);
        assertThat(storage.reserve(MIB)).isTrue();
    }

    @Test
    void whoWaitsForReadersOfBlocksGivesWayToOneOfThemThatIsOlder() throws Exception {
        StorageAccount storage = manager.openStorage(bytes -> 0); // all of its blocks are being read
        assertThat(storage.reserve(24 * MIB)).isTrue();
        MemoryAccount older = task("older", 1, 0);
        MemoryAccount younger = task("younger", 2, 40 * MIB);
        CompletableFuture<Void> wait = waiting(younger, 4 * MIB);

        Future<?> needed = threads.submit(() -> older.require(4 * MIB));

        assertEnded(wait, TaskKilledException.class, "older is older and needs it");
        needed.get(30, TimeUnit.SECONDS);
        assertThat(older.reservedBytes()).isEqualTo(4 * MIB);
    }

    /** Blocks of 24 MiB, of which none may go while they are read. */
    private AtomicBoolean blocksBeingRead() {
        AtomicBoolean beingRead = new AtomicBoolean(true);
        AtomicReference<StorageAccount> blocks = new AtomicReference<>();
        StorageAccount storage = manager.openStorage(bytes -> {
            if (beingRead.get()) {
                return 0;
            }
            blocks.get().release(bytes);
            return bytes;
        });
        blocks.set(storage);
        assertThat(storage.reserve(24 * MIB)).isTrue();
        return beingRead;
    }

    private static void assertGivesUpItsBlocks(MemoryAccount reader) {
        assertThatThrownBy(() -> reader.require(MIB))
                .isInstanceOf(TaskKilledException.class)
                .hasMessageContaining("cached blocks that it reads");
    }

    @Test
    void whoComesToWaitWhileItsBlocksAreWantedGivesThemBack() throws Exception {
        AtomicBoolean beingRead = blocksBeingRead();
        MemoryAccount reader = task("reader", 2, 0);
        MemoryAccount older = task("older", 1, 40 * MIB);
        CompletableFuture<Void> wait = waiting(older, 4 * MIB);

        assertGivesUpItsBlocks(reader);
        beingRead.set(false);
        reader.close();

        assertGranted(wait);
    }

    @Test
    void whoWaitsForReadersWaitsForThoseThatCameMeanwhileToo() throws Exception {
        AtomicBoolean beingRead = blocksBeingRead();
        MemoryAccount reader = task("reader", 2, 0);
        MemoryAccount older = task("older", 1, 40 * MIB);
        CompletableFuture<Void> wait = waiting(older, 4 * MIB);
        MemoryAccount later = task("later", 3, 0);

        reader.close();
        assertGivesUpItsBlocks(later);
        beingRead.set(false);
        later.close();

        assertGranted(wait);
    }

    @Test
    void whoIsAloneWithBlocksThatDoNotGoIsRefused() {
        blocksBeingRead();
        MemoryAccount task = task("task", 1, 40 * MIB);

        assertThatThrownBy(() -> task.require(4 * MIB)).isInstanceOf(ExecutionMemoryExhaustedException.class);
    }

    @Nested
    class AWaitEnds {

        private final MemoryAccount older = task("older", 1, 40 * MIB);
        private final MemoryAccount younger = task("younger", 2, 20 * MIB);

        @Test
        void whenTheTaskIsToldToStop() throws Exception {
            CompletableFuture<Void> wait = waiting(older, 20 * MIB);

            older.cancel("not wanted");

            assertEnded(wait, TaskKilledException.class, "not wanted");
            assertThat(younger.reserve(MIB)).as("nobody waits any more").isEqualTo(MIB);
        }

        @Test
        void whenItsScopeIsToldToStop() throws Exception {
            TaskScope scope = new TaskScope(7, "older", older);
            CompletableFuture<Void> wait = waiting(older, 20 * MIB);

            scope.kill("not wanted");

            assertEnded(wait, TaskKilledException.class, "not wanted");
        }

        @Test
        void beforeItBeginsForATaskThatWasToldBefore() {
            older.cancel("not wanted");

            assertThatThrownBy(() -> older.require(20 * MIB)).isInstanceOf(TaskKilledException.class);
            older.require(4 * MIB); // what needs no wait is granted
        }

        @Test
        void whenItsThreadIsInterrupted() {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> older.require(20 * MIB)).isInstanceOf(TaskKilledException.class);

            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        }

        @Test
        void withARefusalWhenNobodyGivesAnythingBackForTooLong() {
            UnifiedMemoryManager hasty = new UnifiedMemoryManager(POOL, 0.25, MemoryReclaimer.NONE, Duration.ZERO);
            MemoryAccount first = hasty.openTask("first", 1);
            first.require(40 * MIB);
            hasty.openTask("second", 2).require(20 * MIB);

            assertThatThrownBy(() -> first.require(20 * MIB)).isInstanceOf(ExecutionMemoryExhaustedException.class);
        }
    }

    @Nested
    class MapOutputs {

        private MemoryAccount output(long job, long bytes) {
            MemoryAccount[] output = new MemoryAccount[1];
            output[0] = manager.openRetained("output of job " + job, () -> {
                output[0].close();
                return bytes;
            });
            try (MemoryAccount task = task("task of job " + job, job, bytes)) {
                task.moveTo(output[0], bytes);
            }
            return output[0];
        }

        @Test
        void ofOtherJobsGoBeforeATaskIsRefusedTheYoungestFirst() {
            MemoryAccount first = output(1, 16 * MIB);
            MemoryAccount second = output(2, 16 * MIB);
            MemoryAccount third = output(3, 16 * MIB);

            task("task", 2, 30 * MIB);

            assertThat(List.of(first.reservedBytes(), second.reservedBytes(), third.reservedBytes()))
                    .containsExactly(16 * MIB, 16 * MIB, 0L);
        }

        @Test
        void ofItsOwnJobStay() {
            MemoryAccount own = output(1, 40 * MIB);

            assertThatThrownBy(() -> task("task", 1, 30 * MIB)).isInstanceOf(ExecutionMemoryExhaustedException.class);

            assertThat(own.reservedBytes()).isEqualTo(40 * MIB);
        }

        @Test
        void takeOverWhatTheirTaskHeldWithNothingInBetween() {
            MemoryAccount task = task("task", 1, 60 * MIB);
            MemoryAccount output = manager.openRetained("output");

            task.moveTo(output, 50 * MIB);

            assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 10 * MIB, 50 * MIB, 0, 1));
        }

        @Test
        void areChargedInFullOrNotAtAll() {
            MemoryAccount task = task("task", 1, 60 * MIB);
            MemoryAccount output = manager.openRetained("output");

            assertThatThrownBy(() -> task.moveTo(output, 65 * MIB))
                    .isInstanceOf(ExecutionMemoryExhaustedException.class);
            assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 60 * MIB, 0, 0, 1));
            task.moveTo(output, 62 * MIB);
            assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 0, 62 * MIB, 0, 1));
        }

        @Test
        void ofAnotherManagerTakeNothingOver() {
            MemoryAccount foreign = new UnifiedMemoryManager(POOL, 0).openRetained("foreign");

            assertThatThrownBy(() -> manager.openTask("task").moveTo(foreign, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class BeforeARefusal {

        private final List<String> asked = new ArrayList<>();

        /** Has outputs that nobody can reach, some known of and some to be searched for. */
        private final class Unreachable implements MemoryReclaimer {
            private final List<MemoryAccount> known = new ArrayList<>();
            private final List<MemoryAccount> hidden = new ArrayList<>();

            @Override
            public void sweep() {
                asked.add("sweep");
                known.forEach(MemoryAccount::close);
                known.clear();
            }

            @Override
            public boolean search() {
                asked.add("search");
                boolean any = !hidden.isEmpty();
                hidden.forEach(MemoryAccount::close);
                hidden.clear();
                return any;
            }
        }

        private final Unreachable unreachable = new Unreachable();
        private final UnifiedMemoryManager reclaiming = new UnifiedMemoryManager(POOL, 0.25, unreachable);

        private MemoryAccount output(long bytes) {
            MemoryAccount output = reclaiming.openRetained("output");
            output.require(bytes);
            return output;
        }

        @Test
        void whatIsKnownToBeOutOfReachGoes() {
            unreachable.known.add(output(40 * MIB));

            reclaiming.openTask("task").require(40 * MIB);

            assertThat(asked).containsExactly("sweep");
        }

        @Test
        void whatIsFoundToBeOutOfReachGoes() {
            unreachable.hidden.add(output(40 * MIB));

            reclaiming.openTask("task").require(40 * MIB);

            assertThat(asked).containsExactly("sweep", "search");
        }

        @Test
        void thereIsOneSearchInVain() {
            output(40 * MIB);

            assertThatThrownBy(() -> reclaiming.openTask("task").require(40 * MIB))
                    .isInstanceOf(ExecutionMemoryExhaustedException.class);

            assertThat(asked).containsExactly("sweep", "search");
        }

        @Test
        void nobodySearchesWhileThereIsRoom() {
            output(20 * MIB);

            reclaiming.openTask("task").require(40 * MIB);

            assertThat(asked).isEmpty();
        }
    }

    @Test
    void tasksThatEachFitAloneAllEndWell(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 20; round++) {
            List<Callable<Integer>> jobs = new ArrayList<>();
            int count = random.nextInt(2, 9);
            for (int job = 0; job < count; job++) {
                long needs = random.nextLong(POOL / 8, POOL);
                long step = random.nextLong(MIB, 8 * MIB);
                int number = job;
                jobs.add(() -> attempts(number, needs, step));
            }
            for (Future<Integer> attempts : threads.invokeAll(jobs, 50, TimeUnit.SECONDS)) {
                assertThat(attempts.get()).isLessThan(100);
            }
            assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        }
    }

    /** Runs a task that grows until it has what it needs, as often as it takes; returns how often that is. */
    private int attempts(int job, long needs, long step) {
        for (int attempt = 1; ; attempt++) {
            try (MemoryAccount task = manager.openTask("job " + job, job)) {
                for (long held = 0; held < needs; held += Math.min(step, needs - held)) {
                    task.require(Math.min(step, needs - held));
                    Thread.yield();
                }
                return attempt;
            } catch (TaskKilledException e) {
                Thread.yield(); // it gave way and comes again
            }
        }
    }
}
