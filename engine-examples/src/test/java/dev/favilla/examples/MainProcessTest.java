package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: its exit code, its encoding, and that nothing else is printed. */
class MainProcessTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void resultsAreUtf8WhateverThePlatformPrints() throws Exception {
        Path file = Files.writeString(directory.resolve("text"), "Été, été");

        ForkedJvm.Result result = program()
                .jvmOptions("-Dfile.encoding=ISO-8859-1", "-Dstdout.encoding=ISO-8859-1")
                .arguments("wordcount", file.toString())
                .run(TIMEOUT);

        assertThat(result.exitCode()).isEqualTo(Main.OK);
        assertThat(result.stdout()).isEqualTo("2\tété\n");
        assertThat(result.stderr().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).matches("job 0 .*|  stage \\d+ .*"));
    }

    @Test
    void aFailureIsOneLineAndExitCodeOne() throws Exception {
        ForkedJvm.Result result = program()
                .arguments("wordcount", directory.resolve("none").toString())
                .run(TIMEOUT);

        assertThat(result.exitCode()).isEqualTo(Main.FAILURE);
        assertThat(result.stdout()).isEmpty();
        assertThat(result.stderr()).startsWith("engine-examples: Cannot read text from ");
        assertThat(result.stderr().lines()).hasSize(1);
    }

    @Test
    void theShippedTextIsLeftNowhere() throws IOException, InterruptedException {
        ForkedJvm.Result result = program()
                .jvmOptions("-Djava.io.tmpdir=" + directory)
                .arguments("wordcount", "--top", "1")
                .run(TIMEOUT);

        assertThat(result.exitCode()).isEqualTo(Main.OK);
        assertThat(result.stdout()).isEqualTo("14151\tthe\n");
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    private static ForkedJvm program() {
        return ForkedJvm.of(Main.class);
    }
}
