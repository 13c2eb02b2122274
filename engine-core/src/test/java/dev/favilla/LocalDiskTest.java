package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.fault.FaultSite;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.spill.Run;
import dev.favilla.spill.RunReader;
import dev.favilla.spill.RunStore;
import dev.favilla.spill.RunWriter;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What contexts write to local disk, and what is left of it. */
class LocalDiskTest {

    @TempDir
    private Path directory;

    private EngineContext.Builder builder(String master) {
        return EngineContext.builder().master(master).set("favilla.local.dir", directory.toString());
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    /** Has the task begin a run. */
    private static RunWriter begun(long x) {
        RunningTask task = (RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task");
        RunWriter writer = RunStore.of(task.scope()).create();
        for (long i = 0; i < 100_000; i++) {
            writer.write(x);
        }
        return writer;
    }

    /** Has the task write a run, and read it again. */
    private static long throughDisk(long x) {
        return firstOf(begun(x).finish());
    }

    private static long firstOf(Run run) {
        try (RunReader reader = run.open()) {
            return (Long) Objects.requireNonNull(reader.next());
        }
    }

    @Test
    void openingAndJobsThatFitDoNotTouchIt() throws Exception {
        try (EngineContext engine = builder("local[2]").open()) {
            Engines.assertUsable(engine);
            assertThat(entries()).isEmpty();
            assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void runsOfTasksAreCountedAndGoWithTheirTask(String master) throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = builder(master).open()) {
            String name = gate.name();
            Background<List<Long>> job = Background.run(() -> engine.range(0, 2, 1, 2)
                    .map(x -> Gate.pass(name, throughDisk(x)))
                    .collect());
            gate.awaitArrivals(2);
            assertThat(engine.status().disk().files()).isEqualTo(2);
            assertThat(engine.status().disk().bytes()).isPositive();
            assertThat(entries()).isNotEmpty();
            gate.open();

            assertThat(job.result()).containsExactly(0L, 1L);
            Engines.assertIdle(engine);
            assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
        }
        assertThat(entries()).isEmpty();
    }

    @Test
    void nothingIsLeftOfAnExecutorThatIsLostWhileItsTasksWrite() throws Exception {
        AtomicReference<EngineControl> control = new AtomicReference<>();
        EngineExtension kit = new EngineExtension() {
            @Override
            public void opened(EngineControl opened) {
                control.set(opened);
            }
        };
        try (EngineContext engine =
                builder("local-cluster[2,2,32]").extension(kit).open()) {
            Background<List<Long>> job = Background.run(() ->
                    engine.range(0, 40, 1, 40).map(LocalDiskTest::throughDisk).collect());
            for (int i = 0; i < 5; i++) {
                Engines.await(() -> engine.status().disk().files() > 0 || job.isDone());
                control.get().loseExecutor(engine.executors().get(0).id(), "on purpose", true);
            }
            assertThat(job.result()).hasSize(40);
            Engines.assertUsable(engine);
        }
        assertThat(entries()).isEmpty();
    }

    @Test
    void aLimitFailsTheJobThatNeedsMoreAndNotTheNext() {
        try (EngineContext engine =
                builder("local[2]").set("favilla.local.maxBytes", "64").open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 4, 1, 4)
                            .map(LocalDiskTest::throughDisk)
                            .collect())
                    .withCauseInstanceOf(LocalDiskException.class)
                    .withMessageContaining("favilla.local.maxBytes");
            Engines.assertUsable(engine);
            assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
        }
    }

    private static FaultPlan once(FaultSite site, String message) {
        return FaultPlan.throwing(() -> new IOException(message)).at(site);
    }

    @Test
    void aFullDiskFailsTheJobWithItsDirectoryAndNotTheNext() throws Exception {
        FaultPlan full = once(FaultSite.DISK_WRITE, "No space left on device");
        try (EngineContext engine = builder("local[2]").extension(full).open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(LocalDiskTest::throughDisk)
                            .collect())
                    .withCauseInstanceOf(LocalDiskException.class)
                    .withMessageContaining(directory.toString())
                    .withMessageContaining("No space left on device")
                    .withMessageContaining("usable")
                    .withMessageContaining("favilla.local.dir");
            Engines.assertIdle(engine);
            assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
            assertThat(engine.range(0, 4, 1, 4).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L, 1L, 2L, 3L);
            Engines.assertUsable(engine);
        }
        assertThat(full.fired()).isOne();
        assertThat(entries()).isEmpty();
    }

    @Test
    void withAnotherDirectoryNobodyNotices() throws Exception {
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        FaultPlan full = once(FaultSite.DISK_WRITE, "No space left on device");
        try (EngineContext engine = builder("local[2]")
                .set("favilla.local.dir", one + "," + two)
                .extension(full)
                .open()) {
            assertThat(engine.range(0, 4, 1, 4).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L, 1L, 2L, 3L);
            assertThat(Engines.lastJob(engine).stages().get(0).failures()).isZero();
        }
        assertThat(full.fired()).isOne();
        assertThat(one).isEmptyDirectory();
        assertThat(two).isEmptyDirectory();
    }

    @Test
    void whatCannotBeReadCostsOneAttempt() {
        FaultPlan broken = once(FaultSite.DISK_READ, "Input/output error");
        try (EngineContext engine = builder("local[2,2]").extension(broken).open()) {
            assertThat(engine.range(0, 4, 1, 4).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L, 1L, 2L, 3L);
            assertThat(Engines.lastJob(engine).stages().get(0).failures()).isOne();
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aSlowDiskHoldsNobodyUpWhoDoesNotUseIt() throws Exception {
        FaultPlan slow = FaultPlan.holding().at(FaultSite.DISK_WRITE);
        try (EngineContext engine = builder("local[2]").extension(slow).open()) {
            Background<List<Long>> held = Background.run(() ->
                    engine.range(0, 1, 1, 1).map(LocalDiskTest::throughDisk).collect());
            slow.awaitFired();

            assertThat(engine.range(7, 9, 1, 2).map(LocalDiskTest::throughDisk).collect())
                    .as("nor those who write other files")
                    .containsExactly(7L, 8L);
            assertThat(held.isDone()).isFalse();
            slow.release();
            assertThat(held.result()).containsExactly(0L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void whateverBecomesOfATaskItsRunsGo(String master) throws Exception {
        try (EngineContext engine = builder(master).open()) {
            assertThat(engine.range(0, 100, 1, 2)
                            .map(LocalDiskTest::throughDisk)
                            .take(1))
                    .containsExactly(0L);
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 2, 1, 2)
                            .map(x -> begun(x).records() / (x - 1))
                            .collect())
                    .withCauseInstanceOf(ArithmeticException.class);
            assertThat(engine.range(0, 2, 1, 2).map(x -> begun(x).records()).collect())
                    .as("nor need they be finished")
                    .containsExactly(100_000L, 100_000L);
            Engines.assertIdle(engine);
            assertThat(engine.status().disk()).isEqualTo(DiskUsage.NONE);
        }
        assertThat(entries()).isEmpty();
    }

    enum Damage {
        BIT_FLIPPED,
        CUT_SHORT,
        DELETED;

        void on(Path file) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            switch (this) {
                case BIT_FLIPPED -> {
                    bytes[bytes.length / 3] ^= 4;
                    Files.write(file, bytes);
                }
                case CUT_SHORT -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 3));
                default -> Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void damageIsNoticedAndCostsOneAttempt(Damage damage) throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = builder("local[1,2]").open()) {
            String name = gate.name();
            Background<List<Long>> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> allOf(Gate.pass(name, begun(x).finish())))
                    .collect());
            gate.awaitArrivals(1);
            try (Stream<Path> files = Files.list(entries().get(0))) {
                for (Path file : files.filter(
                                each -> each.getFileName().toString().startsWith("run"))
                        .toList()) {
                    damage.on(file);
                }
            }
            gate.open();
            assertThat(job.result()).containsExactly(100_000L);
            assertThat(Engines.lastJob(engine).stages().get(0).failures()).isOne();
            Engines.assertUsable(engine);
        }
    }

    private static long allOf(Run run) {
        long records = 0;
        try (RunReader reader = run.open()) {
            while (reader.hasNext()) {
                reader.next();
                records++;
            }
        }
        return records;
    }

    @Test
    void severalDirectoriesMayBeNamed() throws Exception {
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        try (EngineContext engine =
                builder("local[2]").set("favilla.local.dir", one + " , " + two).open()) {
            Files.delete(one); // after the context has looked at it
            assertThat(engine.range(0, 4, 1, 4).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L, 1L, 2L, 3L);
        }
        assertThat(two).isEmptyDirectory();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDirectoryThatIsOpenToAllIsRefusedWhenTheContextIsOpened() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> builder("local").open().close())
                .withMessageContaining(directory.toString())
                .withMessageContaining("sticky");
    }

    // ---------------------------------------------------------------- a JVM that is killed

    @Test
    void whatAKilledJvmLeftGoesWithTheFirstFileOfTheNext() throws Exception {
        ForkedJvm.Result killed = ForkedJvm.of(DiesWhileItWrites.class)
                .jvmOptions("-Xmx256m")
                .arguments(directory.toString())
                .run(Duration.ofSeconds(60));
        assertThat(killed.exitCode()).as(killed.stderr()).isEqualTo(7);
        assertThat(entries()).hasSize(1);

        try (EngineContext engine = builder("local[2]").open()) {
            assertThat(entries()).hasSize(1);
            assertThat(engine.range(0, 1, 1, 1).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L);
            assertThat(entries()).as("its own").hasSize(1);
        }
        assertThat(entries()).isEmpty();
    }

    @Test
    void theFilesOfALiveJvmAreNotSwept() throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = builder("local[1]").open()) {
            String name = gate.name();
            Background<List<Long>> job = Background.run(() -> engine.range(0, 1, 1, 1)
                    .map(x -> Gate.pass(name, throughDisk(x)) + throughDisk(x))
                    .collect());
            gate.awaitArrivals(1);
            Path own = entries().get(0);

            ForkedJvm.Result other = ForkedJvm.of(DiesWhileItWrites.class)
                    .jvmOptions("-Xmx256m")
                    .arguments(directory.toString())
                    .run(Duration.ofSeconds(60));

            assertThat(other.exitCode()).as(other.stderr()).isEqualTo(7);
            assertThat(own).exists();
            assertThat(entries()).hasSize(2);
            gate.open();
            assertThat(job.result()).containsExactly(0L);
        }
        try (EngineContext engine = builder("local[1]").open()) {
            assertThat(engine.range(0, 1, 1, 1).map(LocalDiskTest::throughDisk).collect())
                    .containsExactly(0L);
        }
        assertThat(entries()).isEmpty();
    }

    /** Writes to local disk, and ends its JVM in the middle of it, without any word. */
    static final class DiesWhileItWrites {

        public static void main(String[] args) {
            EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .set("favilla.local.dir", args[0])
                    .open();
            engine.range(0, 1, 1, 1)
                    .map(x -> {
                        throughDisk(x);
                        Runtime.getRuntime().halt(7);
                        return x;
                    })
                    .collect();
        }
    }
}
