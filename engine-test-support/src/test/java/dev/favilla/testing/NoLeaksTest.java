package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;

/** The audit as tests meet it: switched on by nothing but the class path. */
class NoLeaksTest {

    private static final String FILE = "favilla-left-by-a-fixture";

    @AfterEach
    void removeWhatFixturesLeft() throws IOException {
        removeLeftFiles();
    }

    @Test
    void failsATestThatLeavesAFile() {
        assertThat(Fixtures.failureOf(LeavesFile.class))
                .isInstanceOf(LeakError.class)
                .hasMessageContainingAll("left something behind", FILE, "@AllowsLeaks");
    }

    @Test
    void failsATestWhoseProbeIsNotAtZero() {
        assertThat(Fixtures.failureOf(LeavesBytes.class))
                .isInstanceOf(LeakError.class)
                .hasMessageContaining("reserved bytes: 64 left, expected 0");
    }

    @Test
    void failsATestThatLeavesAThread() throws InterruptedException {
        Throwable failure = Fixtures.failureOf(LeavesThread.class);
        endThread("favilla-left-by-a-fixture");

        assertThat(failure).isInstanceOf(LeakError.class).hasMessageContaining("thread \"favilla-left-by-a-fixture\"");
    }

    @Test
    void doesNotHideTheFailureOfTheTestItself() {
        Throwable failure = Fixtures.failureOf(FailsAndLeavesFile.class);

        assertThat(failure).hasMessage("the test's own");
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(LeakError.class);
    }

    @Test
    void comesAfterAllThatCleansUp() {
        assertThat(Fixtures.run(CleansUpLate.class)).containsExactly(TestExecutionResult.successful());
    }

    @Nested
    class WhereLeaksAreAllowed {

        @Test
        void auditsNeitherTheClassNorWhatIsNestedInIt() {
            List<TestExecutionResult> results = Fixtures.run(AllowedToLeak.class);

            assertThat(results).containsExactly(TestExecutionResult.successful());
        }

        @Test
        void insistsOnAReason() {
            assertThat(Fixtures.failureOf(AllowedWithoutReason.class)).hasMessageContaining("has a blank reason");
        }

        @Test
        void takesNoProbes() {
            assertThat(Fixtures.failureOf(AllowedWithProbes.class)).hasMessageContaining("takes no LeakProbes");
        }
    }

    /** The way the engine would make it, which must be where the audit looks. */
    private static void leaveFile() throws IOException {
        Files.createTempFile(FILE, "");
    }

    private static void removeLeftFiles() throws IOException {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), FILE + "*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    private static void endThread(String name) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(name)) {
                thread.interrupt();
                thread.join();
            }
        }
    }

    private static LeakProbe reserved(long bytes) {
        return new LeakProbe() {
            @Override
            public String name() {
                return "reserved bytes";
            }

            @Override
            public long measure() {
                return bytes;
            }
        };
    }

    static class LeavesFile {
        @Test
        void leaks() throws IOException {
            leaveFile();
        }
    }

    static class LeavesBytes {
        @BeforeEach
        void open(LeakProbes probes) {
            probes.register(reserved(64));
        }

        @Test
        void leaks() {}
    }

    static class LeavesThread {
        @Test
        void leaks() {
            Thread thread = new Thread(LeavesThread::waitForInterrupt, "favilla-left-by-a-fixture");
            thread.setDaemon(true);
            thread.start();
        }

        private static synchronized void waitForInterrupt() {
            try {
                while (true) {
                    LeavesThread.class.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static class FailsAndLeavesFile {
        @Test
        void failsAndLeaks() throws IOException {
            leaveFile();
            throw new AssertionError("the test's own");
        }
    }

    static class CleansUpLate {
        @AutoClose
        private final AutoCloseable file = NoLeaksTest::removeLeftFiles;

        @Test
        void leavesItsFileToTheFramework() throws IOException {
            leaveFile();
        }
    }

    @AllowsLeaks(reason = "to see that nobody looks")
    static class AllowedToLeak {
        @Nested
        class Inner {
            @Test
            void leaks() throws IOException {
                leaveFile();
            }
        }
    }

    static class AllowedWithoutReason {
        @Test
        @AllowsLeaks(reason = " ")
        void leaks() {}
    }

    static class AllowedWithProbes {
        @Test
        @AllowsLeaks(reason = "to see what a probe does here")
        void leaks(LeakProbes probes) {
            probes.register(reserved(1));
        }
    }
}
