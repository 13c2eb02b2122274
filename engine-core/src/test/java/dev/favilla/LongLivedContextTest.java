package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.disk.DiskUsage;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ForkedJvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A context that runs one small job after the other, for long, is as large in the end as it was in the beginning. */
class LongLivedContextTest {

    private static final int PROBABLY_WARM = 2_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void staysFlat(String master) throws Exception {
        run(master, 5_000, Duration.ofMinutes(4));
    }

    @Test
    @Tag("slow")
    @Timeout(1300)
    void staysFlatForAHundredThousandJobs() throws Exception {
        run("local[2]", 100_000, Duration.ofMinutes(20));
    }

    private void run(String master, int jobs, Duration timeout) throws InterruptedException {
        ForkedJvm.Result result = ForkedJvm.of(RunsForLong.class)
                .jvmOptions("-Xmx160m")
                .arguments(master, String.valueOf(jobs), directory.toString())
                .run(timeout);

        assertThat(result.stdout()).as(result.stderr()).endsWith("flat\n");
        assertThat(result.exitCode()).isZero();
        assertThat(directory).isEmptyDirectory();
    }

    /** Runs jobs of all kinds, lets go of all they need, and looks for what is left. */
    static final class RunsForLong {

        /** Two slots and at most three of the context's; and where blocks move, the event loop and one for each slot that asks. */
        private static final int MOST_THREADS = 2 + 3 + 1 + 2;

        /** A job that left an object of some size would be seen. */
        private static final int MOST_BYTES_PER_JOB = 200;

        private final EngineContext engine;
        private final Path directory;

        private RunsForLong(EngineContext engine, Path directory) {
            this.engine = engine;
            this.directory = directory;
        }

        public static void main(String[] args) throws Exception {
            try (EngineContext engine = EngineContext.builder()
                    .master(args[0])
                    .memory(32L << 20)
                    .set("favilla.local.dir", args[2])
                    .open()) {
                new RunsForLong(engine, Path.of(args[2])).run(Integer.parseInt(args[1]));
            }
        }

        private void run(int jobs) throws IOException {
            RDD<Long> longLived = engine.range(0, 100, 1, 2).map(x -> x + 1);
            runJobs(PROBABLY_WARM, longLived);
            long before = usedWhenIdle();
            runJobs(jobs, longLived);
            long after = usedWhenIdle();
            System.out.print("from " + before + " to " + after + " bytes in " + jobs + " jobs\n");
            if (after - before > (1 << 20) + (long) MOST_BYTES_PER_JOB * jobs) {
                throw new AssertionError("the heap grows");
            }
            System.out.print("flat\n");
        }

        private void runJobs(int jobs, RDD<Long> longLived) {
            for (int i = 0; i < jobs; i++) {
                switch (i % 5) {
                    case 0 -> require(5050, longLived.reduce(Long::sum));
                    case 1 -> require(20, shuffled(i));
                    case 2 -> cachedAndForgotten(i);
                    case 3 -> {
                        longLived.persist(StorageLevel.MEMORY_ONLY_SER);
                        require(100, longLived.count());
                        longLived.unpersist();
                    }
                    default -> broadcast(i);
                }
            }
        }

        private long shuffled(int i) {
            return engine.range(0, 200, 1, 3)
                    .mapToPair(x -> Pair.of(x % 20, x + i))
                    .reduceByKey(Long::sum, 2)
                    .count();
        }

        private void cachedAndForgotten(int i) {
            RDD<String> cached = engine.range(0, 50, 1, 2)
                    .map(x -> "record " + x)
                    .setName("cached " + i)
                    .cache();
            require(50, cached.count());
            require(50, cached.count());
        }

        private void broadcast(int i) {
            Broadcast<Map<Long, Integer>> shared = engine.broadcast(Map.of(1L, i));
            require(
                    i,
                    engine.range(1, 2, 1, 1)
                            .map(x -> shared.value().get(x))
                            .collect()
                            .get(0));
            if (i % 2 == 0) {
                shared.destroy();
            }
        }

        private static void require(long expected, long found) {
            if (expected != found) {
                throw new AssertionError("expected " + expected + ", found " + found);
            }
        }

        /** Returns how much of the heap is used when all that was let go is gone. */
        private long usedWhenIdle() throws IOException {
            Engines.await(() -> {
                System.gc();
                require(1, engine.range(0, 1, 1, 1).count()); // whoever uses the context sweeps
                return isEmpty(engine.status());
            });
            EngineStatus status = engine.status();
            List<String> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("favilla-"))
                    .toList();
            if (!isEmpty(status) || threads.size() > MOST_THREADS || !isEmpty(directory)) {
                throw new AssertionError("is left: " + status + ", " + threads + ", files " + !isEmpty(directory));
            }
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }

        private static boolean isEmpty(EngineStatus status) {
            return status.scheduler().isIdle()
                    && status.mapOutputs() == 0
                    && status.cachedBlocks() == 0
                    && status.broadcasts() == 0
                    && status.memory().executionBytes() == 0
                    && status.disk().equals(DiskUsage.NONE);
        }

        private static boolean isEmpty(Path directory) throws IOException {
            try (Stream<Path> entries = Files.list(directory)) {
                return entries.findAny().isEmpty();
            }
        }
    }
}
