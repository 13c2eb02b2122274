package dev.favilla.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.io.FileCodec;
import dev.favilla.lineage.CallSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOutputTest {

    private static final int ROUNDS = 100;
    private static final int FILES = 100;
    private static final CallSite SITE = new CallSite("saveAsTextFile", "Report.java:12");

    @TempDir
    Path directory;

    @Test
    void nothingIsLeftWhereAttemptsDeleteTheirFilesWhileTheJobDeletesAll() throws Exception {
        ExecutorService attempts = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                FileOutput output = FileOutput.begin(
                        directory.resolve("out").toString(), new TextPartFormat(), FileCodec.NONE, SITE);
                List<Path> files = filesOfAttempts();

                Future<?> deleting = attempts.submit(() -> {
                    for (Path file : files) {
                        Files.deleteIfExists(file);
                    }
                    return null;
                });
                output.abort();
                deleting.get();

                try (Stream<Path> left = Files.list(directory)) {
                    assertThat(left).isEmpty();
                }
            }
        } finally {
            attempts.shutdownNow();
        }
    }

    private List<Path> filesOfAttempts() throws IOException {
        Path staging;
        try (Stream<Path> all = Files.list(directory)) {
            staging = all.findAny().orElseThrow();
        }
        List<Path> files = new ArrayList<>();
        for (int number = 0; number < FILES; number++) {
            files.add(Files.createFile(staging.resolve("attempts").resolve("part-" + number)));
        }
        return files;
    }
}
