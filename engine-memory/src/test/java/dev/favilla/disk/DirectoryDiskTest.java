package dev.favilla.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.testing.ManualClock;
import dev.favilla.testing.ManualExecutor;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryDiskTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path temporary;

    private final FailingFiles files = new FailingFiles();
    private final ManualClock clock = new ManualClock();
    private final ManualExecutor deleting = new ManualExecutor();
    private Path first;
    private Path second;
    private DirectoryDisk disk;

    @BeforeEach
    void makeDirectories() throws IOException {
        first = Files.createDirectory(temporary.resolve("first"));
        second = Files.createDirectory(temporary.resolve("second"));
        disk = disk(Long.MAX_VALUE, first, second);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        files.repair();
        disk.close();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(files.open()).as("open files").isZero();
        assertThat(entries(first)).isEmpty();
        if (Files.exists(second)) {
            assertThat(entries(second)).isEmpty();
        }
    }

    private DirectoryDisk disk(long maxBytes, Path... directories) {
        return new DirectoryDisk(
                new DiskSettings(Stream.of(directories).map(Path::toString).toList(), maxBytes),
                files,
                clock,
                deleting);
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    /** Returns the files that executors have in {@code parent}, locks left out. */
    private static List<Path> stored(Path parent) throws IOException {
        List<Path> stored = new ArrayList<>();
        for (Path executor : entries(parent)) {
            entries(executor).stream()
                    .filter(file -> !DirectoryLock.isLock(file))
                    .forEach(stored::add);
        }
        return stored;
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private DiskFile write(byte[] bytes) {
        return write(disk, bytes);
    }

    private static DiskFile write(LocalDisk disk, byte[] bytes) {
        try (DiskWriter writer = disk.create("run")) {
            writer.write(bytes, 0, bytes.length);
            return writer.finish();
        }
    }

    private static byte[] read(DiskFile file) {
        try (InputStream in = file.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---------------------------------------------------------------- while all is well

    @Test
    void nothingIsMadeBeforeTheFirstFile() throws IOException {
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(entries(first)).isEmpty();
        assertThat(entries(second)).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadInAnyPart(TestSeed seed) throws IOException {
        byte[] bytes = random(seed.random(), 300_000);
        DiskFile file;
        try (DiskWriter writer = disk.create("run")) {
            writer.write(bytes, 0, 100_000);
            assertThat(writer.position()).isEqualTo(100_000);
            writer.write(bytes, 100_000, 200_000);
            file = writer.finish();
        }

        assertThat(file.bytes()).isEqualTo(300_000);
        assertThat(read(file)).isEqualTo(bytes);
        try (InputStream part = file.open(1000, 5)) {
            assertThat(part.read()).isEqualTo(bytes[1000] & 0xff);
            assertThat(part.readAllBytes()).containsExactly(bytes[1001], bytes[1002], bytes[1003], bytes[1004]);
            assertThat(part.read()).isEqualTo(-1);
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.open(1, 300_000));
    }

    @Test
    void directoriesAreUsedInTurn() throws IOException {
        List<DiskFile> written = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            written.add(write(new byte[10]));
        }

        assertThat(stored(first)).hasSize(5);
        assertThat(stored(second)).hasSize(5);
        assertThat(disk.usage()).isEqualTo(new DiskUsage(10, 100));

        written.forEach(DiskFile::delete);
        written.forEach(DiskFile::delete);
        assertThat(stored(first)).isEmpty();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
    }

    @Test
    void whatIsNotFinishedVanishes() throws IOException {
        try (DiskWriter writer = disk.create("run")) {
            writer.write(new byte[1000], 0, 1000);
            assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 1000));
        }
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(stored(first)).isEmpty();
        assertThat(stored(second)).isEmpty();
    }

    @Test
    void aFinishedFileTakesNoMore() {
        DiskWriter writer = disk.create("run");
        writer.finish();
        assertThatIllegalStateException().isThrownBy(() -> writer.write(1)).withMessageContaining("finished");
        assertThatIllegalStateException().isThrownBy(writer::finish);
        writer.close();
        assertThat(disk.usage().files()).isOne();
    }

    @Test
    void afterItsEndNothingCanBeWrittenOrRead() {
        DiskFile file = write(new byte[10]);
        DiskWriter writer = disk.create("run");
        disk.close();
        disk.close();

        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(() -> disk.create("run"))
                .withMessageContaining("closed");
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(() -> writer.write(1))
                .withMessageContaining("closed");
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(writer::finish)
                .withMessageContaining("closed");
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(file::open)
                .withMessageContaining("closed");
        writer.close();
        file.delete();
    }

    @Test
    void anInterruptClosesNobodysFiles() throws IOException {
        byte[] bytes = {1, 2, 3};
        DiskFile file = write(bytes);
        try (InputStream of = file.open();
                DiskWriter writer = disk.create("run")) {
            Thread.currentThread().interrupt();
            writer.write(bytes, 0, 3);
            assertThat(of.readAllBytes()).isEqualTo(bytes);
            assertThat(read(writer.finish())).isEqualTo(bytes);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(read(file)).isEqualTo(bytes);
    }

    @Test
    void manyThreadsWriteWhileItIsClosed(TestSeed seed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicBoolean begun = new AtomicBoolean();
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = seed.random();
                running.add(threads.submit(() -> {
                    byte[] bytes = random(random, 5000);
                    while (true) {
                        try {
                            assertThat(read(write(bytes))).isEqualTo(bytes);
                            begun.set(true);
                        } catch (LocalDiskException e) {
                            assertThat(e).hasMessageMatching("(?s).*(closed|deleted).*");
                            return;
                        }
                    }
                }));
            }
            while (!begun.get()) {
                Thread.onSpinWait();
            }
            disk.close();
            for (Future<?> each : running) {
                each.get(LONG.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nobodyElseCanLookIntoThem() throws IOException {
        write(new byte[10]);
        write(new byte[10]);
        for (Path parent : List.of(first, second)) {
            Path executor = entries(parent).get(0);
            assertThat(executor.getFileName().toString()).matches("favilla-[0-9a-f]{32}");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(executor)))
                    .isEqualTo("rwx------");
            for (Path file : entries(executor)) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void whereThereAreNoSuchPermissionsNoneAreSet() {
        assertThat(SystemFiles.permissions(java.util.Set.of("basic", "dos", "acl"), "rwx------"))
                .isEmpty();
    }

    // ---------------------------------------------------------------- settings

    @Nested
    class Directories {

        @Test
        void thatAreMissingOrNoneAreTold() throws IOException {
            Path missing = temporary.resolve("missing");
            Path file = Files.createFile(temporary.resolve("file"));
            assertThat(DiskSettings.problemWith(first.toString())).isEmpty();
            assertThat(DiskSettings.problemWith(missing.toString()))
                    .hasValueSatisfying(problem -> assertThat(problem).contains(missing + " does not exist"));
            assertThat(DiskSettings.problemWith(file.toString()))
                    .hasValueSatisfying(problem -> assertThat(problem).contains("no directory"));
            assertThat(DiskSettings.problemWith("a\0b"))
                    .hasValueSatisfying(problem -> assertThat(problem).contains("no path"));
        }

        @Test
        @DisabledOnOs(OS.WINDOWS)
        void thatAreOpenToAllAreRefusedUnlessSticky() throws IOException {
            Files.setPosixFilePermissions(second, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThat(DiskSettings.problemWith(second.toString()))
                    .hasValueSatisfying(problem -> assertThat(problem).contains("sticky"));
            DirectoryDisk open = disk(Long.MAX_VALUE, second);
            assertThatExceptionOfType(LocalDiskException.class)
                    .isThrownBy(() -> open.create("run"))
                    .withMessageContaining("sticky");
            open.close();

            Files.setAttribute(second, "unix:mode", 01777);
            assertThat(DiskSettings.problemWith(second.toString())).isEmpty();
        }

        @Test
        void mustBeNamed() {
            assertThatIllegalArgumentException().isThrownBy(() -> new DiskSettings(List.of(), 1));
            assertThatIllegalArgumentException().isThrownBy(() -> new DiskSettings(List.of("/"), 0));
        }

        @Test
        void thatVanishWhileInUseAreMadeAnew() throws IOException {
            DiskFile lost = write(new byte[10]);
            write(new byte[10]);
            for (Path parent : List.of(first, second)) {
                Leftovers.delete(entries(parent).get(0), null, FileLayer.system());
            }

            assertThatExceptionOfType(LocalDiskException.class)
                    .isThrownBy(lost::open)
                    .withMessageContaining("was deleted")
                    .withMessageContaining("favilla.local.dir");
            assertThat(read(write(new byte[] {1}))).containsExactly(1);
            assertThat(read(write(new byte[] {2}))).containsExactly(2);
        }

        @Test
        void aParentThatVanishesIsPassedOver() throws IOException {
            Files.delete(second);
            for (int i = 0; i < 4; i++) {
                write(new byte[10]);
            }
            assertThat(stored(first)).hasSize(4);
        }
    }

    // ---------------------------------------------------------------- failures

    @Nested
    class AFileGoesOnElsewhere {

        @ParameterizedTest
        @EnumSource(
                value = FailingFiles.Operation.class,
                names = {"MAKE_DIRECTORY", "CREATE", "WRITE", "CLOSE"})
        void whenItsDirectoryFails(FailingFiles.Operation operation, TestSeed seed) throws IOException {
            files.failAlways(operation, first);
            byte[] bytes = random(seed.random(), 200_000);
            for (int i = 0; i < 4; i++) {
                assertThat(read(write(bytes))).isEqualTo(bytes);
            }
            assertThat(stored(second)).hasSize(4);
            assertThat(Files.exists(first) && !entries(first).isEmpty() ? stored(first) : List.of())
                    .as("no partial file stays")
                    .isEmpty();
            assertThat(disk.usage()).isEqualTo(new DiskUsage(4, 800_000));
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3, 7, 10})
        void withAllThatWasWritten(long failing, TestSeed seed) throws IOException {
            files.fail(FailingFiles.Operation.WRITE, first, failing, Long.MAX_VALUE / 2);
            disk.create("other").finish(); // so that the next begins in the first
            byte[] bytes = random(seed.random(), 1000);
            DiskWriter writer = disk.create("run");
            for (int i = 0; i < 10; i++) {
                writer.write(bytes, 100 * i, 100);
            }
            assertThat(read(writer.finish())).isEqualTo(bytes);
            assertThat(disk.usage().bytes()).isEqualTo(1000);
        }

        @Test
        void andBackAgainWhenBothFailOnce(TestSeed seed) throws IOException {
            files.fail(FailingFiles.Operation.WRITE, first, 3, 1).fail(FailingFiles.Operation.WRITE, second, 4, 1);
            byte[] bytes = random(seed.random(), 1000);
            for (int each = 0; each < 3; each++) {
                DiskWriter writer = disk.create("run");
                for (int i = 0; i < 10; i++) {
                    writer.write(bytes, 100 * i, 100);
                }
                assertThat(read(writer.finish())).isEqualTo(bytes);
            }
        }

        @Test
        void andItsDirectoryIsSkippedForAWhile() throws IOException {
            files.fail(FailingFiles.Operation.CREATE, first, 1, 1);
            for (int i = 0; i < 4; i++) {
                write(new byte[1]);
            }
            assertThat(stored(second)).hasSize(4);

            clock.advance(Duration.ofSeconds(31));
            for (int i = 0; i < 4; i++) {
                write(new byte[1]);
            }
            assertThat(stored(first)).hasSize(2);
            assertThat(stored(second)).hasSize(6);
        }

        @Test
        void unlessWhatWasWrittenCannotBeReadAgain() throws IOException {
            files.failAlways(FailingFiles.Operation.READ, temporary);
            files.fail(FailingFiles.Operation.WRITE, temporary, 2, 1);
            DiskWriter writer = disk.create("run");
            writer.write(new byte[100], 0, 100);
            assertThatExceptionOfType(LocalDiskException.class)
                    .isThrownBy(() -> writer.write(new byte[100], 0, 100))
                    .withMessageContaining("Cannot read");
            writer.close();
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(Stream.concat(stored(first).stream(), stored(second).stream()))
                    .isEmpty();
        }
    }

    @Test
    void whenNoneIsLeftTheErrorNamesEachAndTheNextFileIsWrittenWhenThereIsRoom() throws IOException {
        DiskWriter writer = disk.create("run");
        writer.write(new byte[100], 0, 100);
        files.failAlways(FailingFiles.Operation.WRITE, temporary);

        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(() -> writer.write(new byte[1000], 0, 1000))
                .withMessageContaining("no local directory takes it")
                .withMessageContaining(first.toString())
                .withMessageContaining(second.toString())
                .withMessageContaining("usable")
                .withMessageContaining("No space left on device")
                .withMessageContaining("100 bytes of it")
                .withMessageContaining("favilla.local.dir")
                .satisfies(e -> {
                    assertThat(e.directories()).containsExactlyInAnyOrder(first.toString(), second.toString());
                    assertThat(e.bytesWritten()).isEqualTo(100);
                    assertThat(e.getCause()).isInstanceOf(IOException.class);
                });
        assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 100));
        writer.close();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(Stream.concat(stored(first).stream(), stored(second).stream()))
                .as("no partial file stays")
                .isEmpty();

        files.repair();
        assertThat(read(write(new byte[] {1}))).containsExactly(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailingFiles.Operation.class,
            mode = Mode.EXCLUDE,
            names = {"DELETE"})
    void whateverFailsForeverNothingStays(FailingFiles.Operation operation) throws IOException {
        files.failAlways(operation, temporary);
        assertThatExceptionOfType(LocalDiskException.class).isThrownBy(() -> read(write(new byte[1000])));
        files.repair();
        assertThat(read(write(new byte[] {1}))).containsExactly(1);
    }

    @Test
    void oneFailureAtAnyMomentIsOvercomeOrToldAndLeavesNothing(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 100; round++) {
            files.repair();
            for (FailingFiles.Operation operation : FailingFiles.Operation.values()) {
                if (random.nextInt(3) == 0) {
                    files.fail(operation, random.nextBoolean() ? first : second, random.nextInt(1, 20), 1);
                }
            }
            try (DirectoryDisk each = disk(1 << 20, first, second)) {
                byte[] bytes = random(random, random.nextInt(1, 5000));
                for (int i = 0; i < 5; i++) {
                    try {
                        DiskFile file = write(each, bytes);
                        assertThat(read(file)).isEqualTo(bytes);
                        file.delete();
                    } catch (LocalDiskException e) {
                        assertThat(e.getMessage()).contains(temporary.toString());
                    }
                }
                files.repair();
            }
            assertThat(entries(first)).isEmpty();
            assertThat(entries(second)).isEmpty();
        }
    }

    @Test
    void whatCannotBeDeletedStaysCountedAndIsDeletedLater() throws IOException {
        DiskFile file = write(new byte[100]);
        files.fail(FailingFiles.Operation.DELETE, temporary, 1, 2);
        file.delete();
        assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 100));

        DiskFile other = write(new byte[1]);
        assertThat(disk.usage()).isEqualTo(new DiskUsage(2, 101));
        write(new byte[1]);
        assertThat(disk.usage()).isEqualTo(new DiskUsage(2, 2));
        other.delete();
    }

    @Test
    void whatCannotBeDeletedAtTheEndIsToldAndAnotherCloseTriesAgain() throws IOException {
        write(new byte[100]);
        files.failAlways(FailingFiles.Operation.DELETE, temporary);
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(disk::close)
                .withMessageContaining("Cannot delete");
        assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 100));
        files.repair();
        disk.close();
    }

    // ---------------------------------------------------------------- damage from outside

    @Test
    void aFileThatWasCutShortIsTold() throws IOException {
        DiskFile file = write(new byte[1000]);
        Path path = Stream.concat(stored(first).stream(), stored(second).stream())
                .findFirst()
                .orElseThrow();
        try (InputStream open = file.open();
                RandomAccessFile shortened = new RandomAccessFile(path.toFile(), "rw")) {
            assertThat(open.read(new byte[10])).isEqualTo(10);
            shortened.setLength(10);
            assertThatExceptionOfType(LocalDiskException.class)
                    .isThrownBy(open::read)
                    .withMessageContaining("1000 bytes were written, and only 10 are left");
        }
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(file::open)
                .withMessageContaining("only 10 are left");
        try (InputStream there = file.open(0, 10)) {
            assertThat(there.readAllBytes()).hasSize(10);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linksAreNeverFollowed() throws IOException {
        Path precious = Files.writeString(temporary.resolve("precious"), "text");
        Path preciousDirectory = Files.createDirectory(temporary.resolve("directory"));
        Files.writeString(preciousDirectory.resolve("file"), "text");
        write(new byte[1]);
        write(new byte[1]);
        Path executor = entries(first).get(0);
        Files.createSymbolicLink(executor.resolve("link"), precious);
        Files.createSymbolicLink(executor.resolve("directory"), preciousDirectory);
        Files.createSymbolicLink(executor.resolve("run-2"), precious); // where the next file would be

        assertThat(read(write(new byte[] {1}))).containsExactly(1);
        disk.close();

        assertThat(precious).hasContent("text");
        assertThat(preciousDirectory.resolve("file")).hasContent("text");
    }

    // ---------------------------------------------------------------- limits

    @Test
    void aLimitHoldsForAllFilesTogether() {
        DirectoryDisk small = disk(1000, first, second);
        DiskFile file = write(small, new byte[600]);
        DiskWriter writer = small.create("run");
        writer.write(new byte[300], 0, 300);
        assertThatExceptionOfType(LocalDiskException.class)
                .isThrownBy(() -> writer.write(new byte[101], 0, 101))
                .withMessageContaining("900 B already, of 1000 B allowed")
                .withMessageContaining("favilla.local.maxBytes");
        writer.write(new byte[100], 0, 100);
        assertThat(small.usage()).isEqualTo(new DiskUsage(2, 1000));
        file.delete();
        writer.write(new byte[600], 0, 600);
        writer.finish();
        small.close();
        assertThat(small.usage()).isEqualTo(DiskUsage.NONE);
    }

    @Nested
    class WhatIsToBeDeletedSoon {

        @Test
        void isThereAndCountedUntilAnotherThreadHasDeletedIt() throws IOException {
            DiskFile file = write(new byte[10]);
            file.deleteSoon();
            file.deleteSoon();
            assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 10));
            assertThat(stored(first).size() + stored(second).size()).isOne();

            deleting.runAll();

            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(stored(first).size() + stored(second).size()).isZero();
        }

        @Test
        void isDeletedByWhoeverBeginsTheNextFile() {
            write(new byte[10]).deleteSoon();
            DiskFile next = write(new byte[5]);
            assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 5));
            next.delete();
            deleting.runAll();
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }

        @Test
        void countsAgainstTheLimitForNobodyWhoWrites() {
            DirectoryDisk small = disk(1000, first, second);
            DiskFile file = write(small, new byte[600]);
            try (DiskWriter writer = small.create("run")) {
                file.deleteSoon();
                writer.write(new byte[1000], 0, 1000);
                assertThat(small.usage()).isEqualTo(new DiskUsage(1, 1000));
            }
            small.close();
        }

        @Test
        void makesRoomOnAFullDisk() throws IOException {
            DiskFile file = write(new byte[10]);
            try (DiskWriter writer = disk.create("run")) {
                file.deleteSoon();
                files.fail(FailingFiles.Operation.WRITE, temporary, 1, 1);
                writer.write(new byte[7], 0, 7);
                assertThat(stored(first).size() + stored(second).size()).isOne();
                assertThat(disk.usage()).isEqualTo(new DiskUsage(1, 7));
            }
        }

        @Test
        void goesWithTheDiskIfNobodyCanDeleteIt() throws IOException {
            DirectoryDisk refused = new DirectoryDisk(
                    new DiskSettings(List.of(first.toString()), Long.MAX_VALUE), files, clock, task -> {
                        throw new RejectedExecutionException("no thread");
                    });
            write(refused, new byte[10]).deleteSoon();
            assertThat(refused.usage()).isEqualTo(new DiskUsage(1, 10));
            refused.close();
            assertThat(refused.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(entries(first)).isEmpty();
        }
    }

    @Test
    void lengthsMayBeBeyondTwoGiB() throws IOException {
        long length = 5L << 30;
        DiskFile file = write(new byte[10]);
        Path path = Stream.concat(stored(first).stream(), stored(second).stream())
                .findFirst()
                .orElseThrow();
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            sparse.setLength(length);
            sparse.seek(length - 1);
            sparse.write(7);
        }
        ((StoredFile) file).grownTo(length);
        disk.space().take("sparse", length - 10);

        try (InputStream end = file.open(length - 2, 2)) {
            assertThat(end.readAllBytes()).containsExactly(0, 7);
        }
        try (InputStream all = file.open()) {
            assertThat(all.skip(length - 1)).isLessThanOrEqualTo(length - 1);
        }
        assertThat(disk.usage()).isEqualTo(new DiskUsage(1, length));
    }

    // ---------------------------------------------------------------- leftovers

    @Nested
    class WhatAKilledJvmLeft {

        private Path leftover(Path parent, long number, boolean locked) throws IOException {
            String name = "favilla-" + HexFormat.of().toHexDigits(number)
                    + HexFormat.of().toHexDigits(number);
            Path directory = Files.createDirectory(parent.resolve(name));
            if (locked) {
                Files.createFile(directory.resolve("lock-1-1"));
            }
            Files.write(directory.resolve("run-0"), new byte[1000]);
            return directory;
        }

        @Test
        void goesWithTheNextFirstUse() throws IOException {
            Path left = leftover(first, 1, true);
            Path nested = Files.createDirectory(left.resolve("nested"));
            Files.createFile(nested.resolve("file"));
            Files.createDirectory(first.resolve("favilla-" + "0".repeat(32))); // killed as it was made
            DirectoryDisk one = disk(Long.MAX_VALUE, first);
            assertThat(left).exists();

            write(one, new byte[1]);

            assertThat(entries(first)).hasSize(1);
            one.close();
        }

        @Test
        void staysIfItIsOfAnotherName() throws IOException {
            Path strange = Files.createDirectory(first.resolve("favilla-strange"));
            Path other = Files.createDirectory(first.resolve("other"));
            Files.createFile(strange.resolve("lock-1-1"));
            write(new byte[1]);
            write(new byte[1]);
            assertThat(strange.resolve("lock-1-1")).exists();
            Leftovers.delete(strange, null, FileLayer.system());
            Files.delete(other);
        }

        @Test
        void staysIfNobodyCanTellWhetherItIsAlive() throws IOException {
            Path unlocked = leftover(first, 2, false);
            write(new byte[1]);
            write(new byte[1]);
            assertThat(unlocked.resolve("run-0")).exists();
            Leftovers.delete(unlocked, null, FileLayer.system());
        }

        @Test
        void isNotWhatAnotherExecutorOfThisJvmHas() {
            DirectoryDisk other = disk(Long.MAX_VALUE, first);
            DiskFile file = write(other, new byte[] {5});
            for (int i = 0; i < 4; i++) {
                DirectoryDisk again = disk(Long.MAX_VALUE, first);
                write(again, new byte[1]);
                again.close();
            }
            assertThat(read(file)).containsExactly(5);
            other.close();
        }

        @Test
        @DisabledOnOs(OS.WINDOWS)
        void isNeverSoughtThroughALink() throws IOException {
            Path elsewhere = leftover(temporary, 3, true);
            Files.createSymbolicLink(first.resolve("favilla-" + "1".repeat(32)), elsewhere);
            write(new byte[1]);
            write(new byte[1]);
            assertThat(elsewhere.resolve("run-0")).exists();
            Files.delete(first.resolve("favilla-" + "1".repeat(32)));
            Leftovers.delete(elsewhere, null, FileLayer.system());
        }
    }
}
