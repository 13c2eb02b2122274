package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UnifiedMemoryManagerTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.25);

    private MemoryUsage used(long execution, long retained, long storage, int tasks) {
        return new MemoryUsage(POOL, execution, retained, storage, tasks);
    }

    /** Storage that gives back what it is asked for, as a block store with small blocks would. */
    private final class Cache implements Evictor {
        final List<Long> asked = new ArrayList<>();
        final StorageAccount account = manager.openStorage(this);

        Cache(long bytes) {
            assertThat(account.reserve(bytes)).isTrue();
        }

        @Override
        public long evict(long bytes) {
            asked.add(bytes);
            long given = Math.min(bytes, account.reservedBytes());
            account.release(given);
            return given;
        }
    }

    @Nested
    class OneTask {

        private final MemoryAccount task = manager.openTask("task 1");

        @Test
        void getsWhatIsFreeAndAtMostThePool() {
            assertThat(task.reserve(10 * MIB)).isEqualTo(10 * MIB);
            assertThat(task.reserve(100 * MIB)).isEqualTo(54 * MIB);
            assertThat(task.reserve(1)).isZero();
            assertThat(manager.usage()).isEqualTo(used(POOL, 0, 0, 1));
        }

        @Test
        void givesBackAtMostWhatItHolds() {
            task.reserve(10 * MIB);

            task.release(100 * MIB);

            assertThat(manager.usage()).isEqualTo(used(0, 0, 0, 1));
        }

        @Test
        void freesEverythingAtItsEnd() {
            task.reserve(10 * MIB);

            task.close();
            task.close();

            assertThat(manager.usage()).isEqualTo(used(0, 0, 0, 0));
        }

        @Test
        void isRefusedAfterItsEndButMayGiveBack() {
            task.close();

            task.release(5);

            assertThatThrownBy(() -> task.reserve(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("task 1");
        }

        @Test
        void requiringTooMuchTakesNothingAndSaysWhatThereWas() {
            task.reserve(60 * MIB);

            var error = catchThrowableOfType(ExecutionMemoryExhaustedException.class, () -> task.require(10 * MIB));

            assertThat(error)
                    .hasMessageStartingWith("Cannot reserve 10.0 MiB of execution memory for task 1,"
                            + " which holds 60.0 MiB: only 4.0 MiB");
            assertThat(List.of(error.requestedBytes(), error.grantedBytes(), error.poolBytes(), (long)
                            error.activeTasks()))
                    .containsExactly(10 * MIB, 4 * MIB, POOL, 1L);
            assertThat(manager.usage()).isEqualTo(used(60 * MIB, 0, 0, 1));
        }

        @Test
        void refusesNegativeNumbers() {
            assertThatThrownBy(() -> task.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> task.release(-1)).hasMessage("bytes must be >= 0, got -1");
        }
    }

    @Nested
    class SeveralTasks {

        @Test
        void twoGetHalfEachAndThenNothing() {
            MemoryAccount first = manager.openTask("first");
            MemoryAccount second = manager.openTask("second");

            assertThat(first.reserve(POOL)).isEqualTo(POOL / 2);
            assertThat(first.reserve(1)).isZero();
            assertThat(second.reserve(POOL)).isEqualTo(POOL / 2);
            assertThat(second.reserve(1)).isZero();
        }

        @Test
        void oneThatHoldsMoreThanItsNewShareKeepsItAndIsGrantedNothing() {
            MemoryAccount first = manager.openTask("first");
            first.reserve(48 * MIB);
            List<MemoryAccount> others = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                others.add(manager.openTask("other"));
            }

            assertThat(first.reserve(MIB)).isZero();
            assertThat(others.get(0).reserve(100 * MIB)).isEqualTo(16 * MIB);
            assertThat(first.reservedBytes()).isEqualTo(48 * MIB);
        }

        @Test
        void theShareGrowsAgainWhenOthersEnd() {
            MemoryAccount first = manager.openTask("first");
            MemoryAccount second = manager.openTask("second");
            first.reserve(POOL);

            second.close();

            assertThat(first.reserve(POOL)).isEqualTo(POOL / 2);
        }

        @Test
        void retainedBytesAreNotShared() {
            MemoryAccount retained = manager.openRetained("map outputs");
            assertThat(retained.reserve(24 * MIB)).isEqualTo(24 * MIB);
            MemoryAccount first = manager.openTask("first");
            manager.openTask("second");

            assertThat(first.reserve(POOL)).isEqualTo(20 * MIB);
            assertThat(manager.usage()).isEqualTo(used(20 * MIB, 24 * MIB, 0, 2));
        }
    }

    @Nested
    class WithCachedBlocks {

        @Test
        void executionGetsAllWhenTheShortfallCanBeEvicted() {
            Cache cache = new Cache(40 * MIB);
            MemoryAccount task = manager.openTask("task");

            assertThat(task.reserve(30 * MIB)).isEqualTo(30 * MIB);

            assertThat(cache.asked).containsExactly(6 * MIB);
            assertThat(manager.usage()).isEqualTo(used(30 * MIB, 0, 34 * MIB, 1));
        }

        @Test
        void executionNeverEvictsTheProtectedShare() {
            new Cache(40 * MIB);
            MemoryAccount task = manager.openTask("task");

            assertThat(task.reserve(POOL)).isEqualTo(48 * MIB);
            assertThat(manager.usage()).isEqualTo(used(48 * MIB, 0, 16 * MIB, 1));
        }

        @Test
        void retainedBytesMayEvictToo() {
            new Cache(60 * MIB);

            assertThat(manager.openRetained("map outputs").reserve(POOL)).isEqualTo(48 * MIB);
        }

        @Test
        void storageTakesOnlyWhatExecutionLeaves() {
            MemoryAccount task = manager.openTask("task");
            task.reserve(60 * MIB);
            Cache cache = new Cache(2 * MIB);

            assertThat(cache.account.limitBytes()).isEqualTo(4 * MIB);
            assertThat(cache.account.reserve(3 * MIB)).isFalse();
            assertThat(cache.account.reserve(2 * MIB)).isTrue();
            assertThat(cache.asked).isEmpty();
            assertThat(task.reservedBytes()).isEqualTo(60 * MIB);
        }

        @Test
        void anEvictorThatThrowsLeavesTheTotalsAsTheyWere() {
            StorageAccount storage = manager.openStorage(bytes -> {
                throw new IllegalStateException("disk on fire");
            });
            storage.reserve(60 * MIB);
            MemoryAccount task = manager.openTask("task");

            assertThatThrownBy(() -> task.reserve(10 * MIB)).hasMessage("disk on fire");

            assertThat(manager.usage()).isEqualTo(used(0, 0, 60 * MIB, 1));
            assertThat(task.reserve(4 * MIB)).isEqualTo(4 * MIB);
        }

        @Test
        void anEvictorThatFreesLessThanItSaysDoesNotTrapTheTask() {
            manager.openStorage(bytes -> bytes).reserve(60 * MIB);

            assertThat(manager.openTask("task").reserve(10 * MIB)).isEqualTo(4 * MIB);
        }

        @Test
        void aClosedAccountHoldsAndTakesNothing() {
            Cache cache = new Cache(10 * MIB);

            cache.account.close();
            cache.account.close();

            assertThat(cache.account.reserve(1)).isFalse();
            assertThat(manager.usage()).isEqualTo(used(0, 0, 0, 0));
        }
    }

    @Nested
    class WithSpillables {

        private final MemoryAccount task = manager.openTask("task");

        /** Holds bytes of the task and gives back what is asked. */
        private Spillable holding(AtomicLong held) {
            return bytes -> {
                long freed = Math.min(bytes, held.get());
                held.addAndGet(-freed);
                task.release(freed);
                return freed;
            };
        }

        @Test
        void areAskedForWhatIsMissing() {
            AtomicLong held = new AtomicLong(task.reserve(POOL));
            task.register(holding(held));

            assertThat(task.reserve(10 * MIB)).isEqualTo(10 * MIB);

            assertThat(held.get()).isEqualTo(54 * MIB);
            assertThat(manager.usage()).isEqualTo(used(POOL, 0, 0, 1));
        }

        @Test
        void areNotAskedWhileThereIsRoom() {
            task.register(bytes -> {
                throw new AssertionError("asked");
            });

            assertThat(task.reserve(MIB)).isEqualTo(MIB);
        }

        @Test
        void areNotAskedOnceUnregistered() {
            Spillable spillable = bytes -> {
                throw new AssertionError("asked");
            };
            task.register(spillable);
            task.unregister(spillable);

            assertThat(task.reserve(POOL + 1)).isEqualTo(POOL);
        }

        @Test
        void thatThrowLeaveTheTotalsAsTheyWere() {
            task.reserve(POOL);
            task.register(bytes -> {
                throw new IllegalStateException("no space left on device");
            });

            assertThatThrownBy(() -> task.reserve(1)).hasMessage("no space left on device");

            assertThat(manager.usage()).isEqualTo(used(POOL, 0, 0, 1));
        }

        @Test
        void thatAskForMemoryAreNotAskedAgainInside() {
            task.reserve(POOL);
            List<Long> asked = new ArrayList<>();
            task.register(bytes -> {
                asked.add(bytes);
                return task.reserve(bytes);
            });

            assertThat(task.reserve(5)).isZero();
            assertThat(asked).as("an eighth of what is held").containsExactly(POOL / 8);
        }
    }

    @Nested
    class Budgets {

        @Test
        void leaveAReserveOfTheHeap() {
            assertThat(UnifiedMemoryManager.defaultPoolBytes(8L << 30, 0.5)).isEqualTo(((8L << 30) - 300 * MIB) / 2);
            assertThat(UnifiedMemoryManager.defaultPoolBytes(64 * MIB, 1.0)).isEqualTo(56 * MIB);
        }

        @Test
        void thatAreTooSmallSayWhatToChange() {
            assertThatThrownBy(() -> new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES - 1, 0.5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("32.0 MiB", "EngineContext.builder().memory", "-Xmx");
        }

        @Test
        void outOfRangeAreRefused() {
            assertThatThrownBy(() -> new UnifiedMemoryManager(POOL, 1.5)).hasMessageContaining("got 1.5");
            assertThatThrownBy(() -> new UnifiedMemoryManager(POOL, Double.NaN)).hasMessageContaining("got NaN");
            assertThatThrownBy(() -> UnifiedMemoryManager.defaultPoolBytes(POOL, 0))
                    .hasMessageContaining("fraction");
            assertThatThrownBy(() -> UnifiedMemoryManager.defaultPoolBytes(0, 0.5))
                    .hasMessageContaining("maxHeap");
        }
    }
}
