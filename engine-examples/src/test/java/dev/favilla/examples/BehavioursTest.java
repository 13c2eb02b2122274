package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command that lists what the engine is tested to do. */
@Timeout(60)
class BehavioursTest {

    private static final Path COMMAND = Path.of("..", "docs", "Behaviours.java").toAbsolutePath();

    @TempDir
    private Path root;

    private Path written(String name) {
        return root.resolve(name);
    }

    private void report(String tests) throws IOException {
        Path reports = Files.createDirectories(root.resolve("module/target/surefire-reports"));
        Files.writeString(reports.resolve("TEST-a.xml"), "<testsuite>" + tests + "</testsuite>");
    }

    private int run(String... word) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), COMMAND.toString());
        command.command().addAll(java.util.List.of(word));
        Process process = command.directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(written("out").toFile())
                .start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String out() throws IOException {
        return Files.readString(written("out"), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void printsTheTestsThatRanAsSentences() throws IOException, InterruptedException {
        report("""
                <testcase name="keepsNullKeys" classname="a.ByKeyTest$Reduce"/>
                <testcase name="isSlow" classname="a.ByKeyTest$Reduce"><skipped/></testcase>
                <testcase name="agrees(String)[1]" classname="a.JoinTest[2]"/>
                <testcase name="agrees(String)[2]" classname="a.JoinTest[2]"/>
                """);

        assertThat(run()).isZero();
        assertThat(out()).isEqualTo("""
                ByKey, Reduce
                  is slow  (did not run)
                  keeps null keys
                Join
                  agrees
                3 behaviours, 0 failed, 1 did not run
                """);
        assertThat(run("null")).isZero();
        assertThat(out()).isEqualTo("ByKey, Reduce\n  keeps null keys\n1 behaviours, 0 failed, 0 did not run\n");
    }

    @Test
    void endsWithAnErrorWhereATestFailedOrNothingRan() throws IOException, InterruptedException {
        assertThat(run()).isEqualTo(1);
        report("""
                <testcase name="holds" classname="a.ATest"><failure/></testcase>
                """);

        assertThat(run()).isEqualTo(1);
        assertThat(out()).contains("holds  (FAILED)");
    }
}
