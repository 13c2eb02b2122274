package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.storage.StorageLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Local disks that are full or fail, under everything that a job moves there. */
@Timeout(120)
class DiskFaultsTest {

    private static final String LOCAL = "local[2,1]";
    private static final String ISOLATED = "local-cluster[2,1,64]";
    private static final Partitioner PLACES = new HashPartitioner(2);
    private static final long RECORDS = 6000;

    @TempDir
    private Path scratch;

    /** What goes to disk, in a file of which purpose, and how. */
    private enum Held {
        OUTPUT_OF_A_RUNNING_ATTEMPT("output") {
            @Override
            List<?> run(EngineContext engine) {
                return pressing(numbers(engine).coalesce(1)).partitionBy(PLACES).collect();
            }
        },
        COMMITTED_OUTPUT("output") {
            @Override
            List<?> run(EngineContext engine) {
                return pressing(numbers(engine).partitionBy(PLACES).coalesce(1)).collect();
            }
        },
        AGGREGATION("run") {
            @Override
            List<?> run(EngineContext engine) {
                return pressing(numbers(engine).partitionBy(PLACES))
                        .reduceByKey(PLACES, Long::sum)
                        .collect();
            }
        },
        GROUPS("run") {
            @Override
            List<?> run(EngineContext engine) {
                return pressing(numbers(engine).partitionBy(PLACES))
                        .groupByKey(PLACES)
                        .mapValues(String::valueOf)
                        .collect();
            }
        },
        SORT("run") {
            @Override
            List<?> run(EngineContext engine) {
                return pressing(numbers(engine).partitionBy(PLACES))
                        .repartitionAndSortWithinPartitions(PLACES)
                        .collect();
            }
        },
        JOIN("run") {
            @Override
            List<?> run(EngineContext engine) {
                PairRDD<Long, Long> right = pressing(numbers(engine).partitionBy(PLACES));
                return numbers(engine).partitionBy(PLACES).join(right, PLACES).collect();
            }
        },
        BLOCK_FOR_THE_DISK("block") {
            @Override
            List<?> run(EngineContext engine) {
                return cached(numbers(engine), StorageLevel.DISK_ONLY);
            }
        },
        BLOCK_FOR_BOTH("block") {
            @Override
            List<?> run(EngineContext engine) {
                return cached(numbers(engine), StorageLevel.MEMORY_AND_DISK);
            }
        };

        private final String purpose;

        Held(String purpose) {
            this.purpose = purpose;
        }

        abstract List<?> run(EngineContext engine);

        /** Cached blocks are hints, and a committed output stays in memory then. */
        boolean isNeededOnDisk() {
            return this != COMMITTED_OUTPUT && !purpose.equals("block");
        }

        boolean isAt(FaultPoint point) {
            return Path.of(point.block()).getFileName().toString().startsWith(purpose);
        }
    }

    private static PairRDD<Long, Long> numbers(EngineContext engine) {
        return engine.range(0, RECORDS, 1, 2).mapToPair(x -> Pair.of(x / 2 * 7919 % 5003, x));
    }

    /**
     * Has tasks ask for all memory there is again and again, so that whatever can leave does. A task that is alone gets
     * all of it; of two at once each gets a half, for which nothing of another job may have to leave.
     */
    private static PairRDD<Long, Long> pressing(PairRDD<Long, Long> records) {
        return records.filter(pair -> pair.value() % 500 != 499 || Engines.pressMemory());
    }

    /** Computes and caches the records, has the blocks leave the memory if they are there, and reads them. */
    private static List<?> cached(PairRDD<Long, Long> records, StorageLevel level) {
        records.persist(level);
        try {
            records.count();
            pressing(numbers(records.context()).coalesce(1)).count();
            return records.collect();
        } finally {
            records.unpersist(true);
        }
    }

    private static Stream<Arguments> everyKindEverywhere() {
        return Stream.of(Held.values())
                .flatMap(held -> Stream.of(LOCAL, ISOLATED).map(master -> Arguments.of(held, master)));
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectory(scratch.resolve(name));
    }

    private static EngineContext open(String master, int maxFailures, FaultPlan plan, Path... directories) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.task.maxFailures", String.valueOf(maxFailures))
                .set("favilla.memory.storageFraction", "0")
                .set(
                        "favilla.local.dir",
                        String.join(
                                ",", Stream.of(directories).map(Path::toString).toList()))
                .extension(plan)
                .open();
    }

    private static List<?> expected(Held held) {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            return held.run(engine);
        }
    }

    private static FaultPlan failing(FaultSite site, String message, Predicate<FaultPoint> where) {
        return FaultPlan.throwing(() -> new IOException(message)).at(site).where(where);
    }

    /** What is on disk is what the books say, and nothing once the datasets are gone. */
    private void assertDiskInOrder(EngineContext engine) throws IOException {
        Engines.assertUsable(engine);
        Engines.await(() -> {
            System.gc();
            Engines.assertUsable(engine); // whoever uses the context sweeps
            return engine.status().disk().equals(DiskUsage.NONE);
        });
        assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
        assertThat(files()).isEmpty();
        assertThat(engine.status().memory().storageBytes()).isZero();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(scratch)) {
            return all.filter(path -> path.getFileName().toString().matches("(run|output|block)-.*"))
                    .toList();
        }
    }

    private static @Nullable LocalDiskException diskFailure(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof LocalDiskException failure) {
                return failure;
            }
        }
        return null;
    }

    @ParameterizedTest
    @MethodSource("everyKindEverywhere")
    void aFullDiskFailsWhatNeedsItWithDirectoryAndBytesAndNothingElse(Held held, String master) throws Exception {
        Path only = directory("only");
        List<?> expected = expected(held);
        FaultPlan full = failing(FaultSite.DISK_WRITE, "No space left on device", held::isAt);
        try (EngineContext engine = open(master, 1, full, only)) {
            if (held.isNeededOnDisk()) {
                JobFailedException failure = catchThrowableOfType(JobFailedException.class, () -> held.run(engine));
                LocalDiskException reason = diskFailure(failure);
                assertThat(reason).as("%s", failure).isNotNull();
                assertThat(reason.directories()).hasSize(1).allMatch(name -> name.startsWith(only.toString()));
                assertThat(reason)
                        .hasMessageContaining(only.toString())
                        .hasMessageContaining("No space left on device")
                        .hasMessageContaining("usable")
                        .hasMessageContaining(reason.bytesWritten() + " bytes of it had been written");
            } else {
                assertThat(held.run(engine)).isEqualTo(expected);
            }
            assertThat(full.fired()).isOne();
            assertDiskInOrder(engine);
            assertThat(held.run(engine)).as("the next job").isEqualTo(expected);
            assertDiskInOrder(engine);
        }
        assertThat(only).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("everyKindEverywhere")
    void whatFailsInOneDirectoryGoesOnInTheNext(Held held, String master) throws Exception {
        Path broken = directory("broken");
        Path sound = directory("sound");
        List<?> expected = expected(held);
        FaultPlan plan = failing(
                        FaultSite.DISK_WRITE,
                        "Input/output error",
                        point -> point.block().startsWith(broken.toString()))
                .always();
        FaultPlan watch = FaultPlan.doing((none, point) -> {})
                .at(FaultSite.DISK_WRITE)
                .where(point -> held.isAt(point) && point.block().startsWith(sound.toString()))
                .always();
        try (EngineContext engine = open(master, 1, plan.and(watch), broken, sound)) {
            for (int job = 0; job < 3; job++) {
                assertThat(held.run(engine)).isEqualTo(expected);
            }
            assertThat(plan.fired()).isPositive();
            assertThat(watch.fired()).isPositive();
            assertDiskInOrder(engine);
        }
        assertThat(broken).isEmptyDirectory();
        assertThat(sound).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("everyKindEverywhere")
    void whatCannotBeReadIsMadeAgain(Held held, String master) throws Exception {
        Path only = directory("only");
        List<?> expected = expected(held);
        FaultPlan broken = failing(FaultSite.DISK_READ, "Input/output error", held::isAt);
        try (EngineContext engine = open(master, 2, broken, only)) {
            assertThat(held.run(engine)).isEqualTo(expected);

            assertThat(broken.fired()).isOne();
            assertDiskInOrder(engine);
            assertThat(held.run(engine)).as("the next job").isEqualTo(expected);
            assertDiskInOrder(engine);
        }
        assertThat(only).isEmptyDirectory();
    }

    @Test
    void whatStaysBrokenFailsTheJobThatReadsItWithItsPathAndBytes() throws Exception {
        Path only = directory("only");
        FaultPlan broken = failing(FaultSite.DISK_READ, "Input/output error", Held.SORT::isAt)
                .always();
        try (EngineContext engine = open(LOCAL, 2, broken, only)) {
            JobFailedException failure = catchThrowableOfType(JobFailedException.class, () -> Held.SORT.run(engine));
            assertThat(diskFailure(failure))
                    .isNotNull()
                    .hasMessageContaining(only.toString())
                    .hasMessageMatching("(?s)Cannot read .* of [0-9]+ bytes: .*Input/output error.*");
            assertDiskInOrder(engine);
        }
        assertThat(only).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(
            value = Held.class,
            names = {"OUTPUT_OF_A_RUNNING_ATTEMPT", "COMMITTED_OUTPUT", "BLOCK_FOR_THE_DISK", "BLOCK_FOR_BOTH"})
    void nobodyWaitsUntilWhatIsDroppedIsDeleted(Held held) throws Exception {
        Path only = directory("only");
        List<String> threads = new CopyOnWriteArrayList<>();
        FaultPlan slow = FaultPlan.holding().at(FaultSite.DISK_DELETE).where(held::isAt);
        FaultPlan watch = FaultPlan.doing(
                        (none, point) -> threads.add(Thread.currentThread().getName()))
                .at(FaultSite.DISK_DELETE)
                .where(held::isAt)
                .always();
        try (EngineContext engine = open(LOCAL, 1, slow.and(watch), only)) {
            List<?> expected = held.run(engine);
            Engines.await(() -> {
                System.gc();
                engine.range(0, 1, 1, 1).count(); // whoever uses the context sweeps
                return slow.fired() > 0;
            });
            slow.awaitFired();
            int left = engine.status().disk().files();
            assertThat(left).isPositive();
            assertThat(held.run(engine)).isEqualTo(expected);
            assertThat(engine.status().disk().files())
                    .as("what nobody has deleted")
                    .isGreaterThanOrEqualTo(left);

            slow.release();
            assertDiskInOrder(engine);
        }
        assertThat(threads).isNotEmpty().allMatch(name -> name.contains("-housekeeping-"));
        assertThat(only).isEmptyDirectory();
    }

    @Test
    void nobodyWaitsUntilWhatALostExecutorHadIsDeleted() throws Exception {
        Path only = directory("only");
        List<String> threads = new CopyOnWriteArrayList<>();
        FaultPlan slow = FaultPlan.holding().at(FaultSite.DISK_DELETE);
        FaultPlan watch = FaultPlan.doing(
                        (none, point) -> threads.add(Thread.currentThread().getName()))
                .at(FaultSite.DISK_DELETE)
                .always();
        try (EngineContext engine = open(ISOLATED, 1, slow.and(watch), only)) {
            PairRDD<Long, Long> kept = numbers(engine).persist(StorageLevel.DISK_ONLY);
            List<Pair<Long, Long>> expected = kept.collect();
            int files = engine.status().disk().files();

            slow.control().loseExecutor(engine.executors().get(0).id(), "on purpose", true);
            slow.awaitFired();
            assertThat(kept.collect()).isEqualTo(expected);
            assertThat(engine.status().disk().files())
                    .as("with what nobody has deleted")
                    .isGreaterThan(files);

            slow.release();
            Engines.await(() -> engine.status().disk().files() == files);
            assertThat(threads).isNotEmpty().allMatch(name -> name.contains("-housekeeping-"));
            Engines.assertUsable(engine);
        }
        assertThat(only).isEmptyDirectory();
    }

    @Test
    void whatALostExecutorHadIsGoneOnceItsContextIsClosed() throws Exception {
        Path only = directory("only");
        FaultPlan slow = FaultPlan.holding().at(FaultSite.DISK_DELETE);
        try (EngineContext engine = open(ISOLATED, 1, slow, only)) {
            numbers(engine).persist(StorageLevel.DISK_ONLY).count();
            slow.control().loseExecutor(engine.executors().get(0).id(), "on purpose", true);
            slow.awaitFired();
            assertThat(only).isNotEmptyDirectory();
            slow.release();
        }
        assertThat(only).isEmptyDirectory();
    }
}
