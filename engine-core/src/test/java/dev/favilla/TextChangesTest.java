package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import dev.favilla.text.InputChangedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is not what it was when it was listed gives no answer, rather than one of two versions. */
@InEveryMode
@Timeout(60)
class TextChangesTest {

    private static final String TEXT = "0123456789\n".repeat(20_000);

    @TempDir
    private Path directory;

    /** What may happen to a file between its listing and the end of a job. */
    enum Change {
        GROWS {
            @Override
            void happenTo(Path file) throws IOException {
                Files.writeString(file, TEXT, StandardOpenOption.APPEND);
            }
        },
        SHRINKS {
            @Override
            void happenTo(Path file) throws IOException {
                Files.writeString(file, TEXT.substring(0, 1000));
            }
        },
        IS_EMPTIED {
            @Override
            void happenTo(Path file) throws IOException {
                Files.writeString(file, "");
            }
        },
        VANISHES {
            @Override
            void happenTo(Path file) throws IOException {
                Files.delete(file);
            }
        },
        IS_REPLACED {
            @Override
            void happenTo(Path file) throws IOException {
                Path other = file.resolveSibling("other");
                Files.writeString(other, TEXT.replace('0', 'x'));
                Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
                Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            }
        },
        IS_WRITTEN_AGAIN {
            @Override
            void happenTo(Path file) throws IOException {
                FileTime before = Files.getLastModifiedTime(file);
                Files.writeString(file, TEXT.replace('0', 'x'));
                Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 2000));
            }
        },
        BECOMES_A_DIRECTORY {
            @Override
            void happenTo(Path file) throws IOException {
                Files.delete(file);
                Files.createDirectory(file);
            }
        };

        abstract void happenTo(Path file) throws IOException;

        static void happen(String change, String file) {
            try {
                valueOf(change).happenTo(Path.of(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Path text() throws IOException {
        return Files.writeString(directory.resolve("a.txt"), TEXT);
    }

    private static void assertNoticed(org.assertj.core.api.ThrowableAssert.ThrowingCallable job, Path file) {
        assertThatExceptionOfType(JobFailedException.class)
                .isThrownBy(job)
                .withMessageContaining("'" + file + "'")
                .withMessageContaining("since the input was listed")
                .withCauseInstanceOf(InputChangedException.class)
                .satisfies(e -> assertThat(((InputChangedException) e.getCause()).path())
                        .isEqualTo(file.toString()));
    }

    @ParameterizedTest
    @EnumSource
    void isNoticedBeforeTheFirstByteIsRead(Change change) throws IOException {
        for (String master : List.of("local[2,3]", "local-cluster[2,1,64]")) {
            try (EngineContext engine = Engines.open(master)) {
                Path file = text();
                RDD<String> lines = engine.textFile(file.toString(), 4);
                assertThat(lines.count()).isEqualTo(20_000);
                change.happenTo(file);

                assertNoticed(lines::count, file);
                assertNoticed(() -> lines.take(1), file);
                Engines.assertUsable(engine);
                Files.deleteIfExists(file);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNoticedWhileItIsRead(Change change) throws IOException {
        try (EngineContext engine = Engines.open("local[1]")) {
            Path file = text();
            String name = file.toString();
            String what = change.name();
            for (int splits : new int[] {1, 5}) {
                RDD<String> lines = engine.textFile(name, splits);
                assertThat(lines.getNumPartitions()).isGreaterThanOrEqualTo(splits);

                assertNoticed(
                        () -> lines.mapPartitionsWithIndex((partition, records) -> {
                                    records.next();
                                    if (partition == 0) {
                                        Change.happen(what, name);
                                    }
                                    return records;
                                })
                                .count(),
                        file);
                Engines.assertUsable(engine);
                Files.deleteIfExists(file);
                text();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GROWS", "VANISHES", "IS_REPLACED", "SHRINKS"})
    void isNoticedInGzipAsWell(String what) throws IOException {
        try (EngineContext engine = Engines.open("local[1]")) {
            Path file = directory.resolve("a.gz");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(TEXT.getBytes(StandardCharsets.UTF_8));
            }
            Files.write(file, bytes.toByteArray());
            RDD<String> lines = engine.textFile(file.toString());
            assertThat(lines.count()).isEqualTo(20_000);
            Change.happen(what, file.toString());

            assertNoticed(lines::count, file);
        }
    }

    @Test
    void aRetryReadsNoOtherVersionThanTheFirstAttempt(TestSeed seed) throws IOException {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 8; round++) {
            Change change = Change.values()[random.nextInt(Change.values().length)];
            try (EngineContext engine = Engines.open("local[2,4]")) {
                Path file = text();
                String name = file.toString();
                String what = change.name();
                int at = random.nextInt(4);
                assertNoticed(
                        () -> engine.textFile(name, 4)
                                .mapPartitionsWithIndex((partition, records) -> {
                                    if (partition == at && Engines.attemptNumber() == 0) {
                                        Change.happen(what, name);
                                        throw new IllegalStateException("the first attempt fails");
                                    }
                                    return records;
                                })
                                .collect(),
                        file);
                Files.deleteIfExists(file);
            }
        }
    }

    @Test
    void aDatasetMadeAgainReadsTheNewVersion() throws IOException {
        try (EngineContext engine = Engines.open("local[2]")) {
            Path file = text();
            assertThat(engine.textFile(file.toString()).count()).isEqualTo(20_000);
            Change.GROWS.happenTo(file);

            assertThat(engine.textFile(file.toString()).count()).isEqualTo(40_000);
        }
    }
}
