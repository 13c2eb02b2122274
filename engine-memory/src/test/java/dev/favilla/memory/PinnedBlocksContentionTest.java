package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Tasks that read cached blocks, which cannot go meanwhile, while they and others need memory. Each has room alone, so
 * each has to end: nobody waits for one that waits for it, and nobody is refused what others only read for now.
 */
class PinnedBlocksContentionTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ROUND_SECONDS = 60;
    private static final int ATTEMPTS = 1_000;

    @Test
    void tasksThatReadBlocksAndEachFitAloneAllEndWell(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            for (int round = 0; round < 60; round++) {
                runRound(random, threads);
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void runRound(SplittableRandom random, ExecutorService threads) throws Exception {
        UnifiedMemoryManager manager =
                new UnifiedMemoryManager(POOL, random.nextInt(3) * 0.2, MemoryReclaimer.NONE, PATIENCE);
        Blocks blocks = new Blocks(manager);
        List<Callable<Integer>> tasks = new ArrayList<>();
        int jobs = random.nextInt(1, 5);
        for (int job = 0; job < jobs; job++) {
            for (int task = random.nextInt(1, 4); task > 0; task--) {
                tasks.add(new Task(manager, blocks, job, random.split())::run);
            }
        }
        for (Future<Integer> attempts : threads.invokeAll(tasks, ROUND_SECONDS, TimeUnit.SECONDS)) {
            assertThat(attempts.isCancelled()).as("still waiting").isFalse();
            assertThat(attempts.get()).isLessThan(ATTEMPTS);
        }
        MemoryUsage left = manager.usage();
        assertThat(left.executionBytes()).isZero();
        assertThat(left.activeTasks()).isZero();
    }

    /** Blocks of one size, of which those that are read stay. */
    private static final class Blocks {

        static final long SIZE = 2 * MIB;

        private final StorageAccount account;
        private int free;

        Blocks(UnifiedMemoryManager manager) {
            account = manager.openStorage(this::evict);
        }

        private long evict(long bytes) {
            int going;
            synchronized (this) {
                going = (int) Math.min(free, (bytes + SIZE - 1) / SIZE);
                free -= going;
            }
            account.release(going * SIZE);
            return going * SIZE;
        }

        /** Caches one, if there is room, and reads it. */
        boolean pin() {
            synchronized (this) {
                if (free > 0) {
                    free--;
                    return true;
                }
            }
            return account.reserve(SIZE);
        }

        synchronized void unpin(int count) {
            free += count;
        }
    }

    private record Task(UnifiedMemoryManager manager, Blocks blocks, int job, SplittableRandom random) {

        private static final int MOST_READ = 6;

        /** Returns how many attempts it took. */
        int run() {
            for (int attempt = 1; ; attempt++) {
                int reads = random.nextInt(MOST_READ + 1);
                try (MemoryAccount task = manager.openTask("a task of job " + job, job)) {
                    attempt(task, reads);
                    return attempt;
                } catch (TaskKilledException e) {
                    Thread.yield(); // it gave way, and comes again
                }
            }
        }

        private void attempt(MemoryAccount task, int reads) {
            int pins = 0;
            try {
                while (pins < reads && blocks.pin()) {
                    pins++;
                }
                long needs = random.nextLong(POOL / 2 - MOST_READ * Blocks.SIZE);
                long step = random.nextLong(MIB / 2, 4 * MIB);
                if (random.nextInt(3) == 0) {
                    task.register(bytes -> spill(task, bytes));
                }
                for (long asked = 0; asked < needs; asked += step) {
                    long granted = random.nextBoolean() ? task.reserve(step) : 0;
                    task.require(step - granted);
                    Thread.yield();
                }
            } finally {
                blocks.unpin(pins);
            }
        }

        private static long spill(MemoryAccount task, long bytes) {
            long freed = Math.min(bytes, task.reservedBytes());
            task.release(freed);
            return freed;
        }
    }
}
