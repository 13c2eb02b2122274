package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeakAuditTest {

    @TempDir
    private Path directory;

    @Test
    void findsNothingWhereNothingIsLeft() {
        LeakAudit audit = begin(Duration.ZERO);

        assertThatCode(audit::close).doesNotThrowAnyException();
    }

    @Test
    void listsEverythingThatIsLeft() throws IOException {
        LeakAudit audit = begin(Duration.ZERO);
        audit.probes().register(probe("blocks", () -> 2));
        Path file = Files.createFile(directory.resolve("favilla-run"));

        assertThat(findings(audit)).containsExactly("file " + file, "blocks: 2 left, expected 0");
    }

    @Nested
    class Threads {

        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        @Test
        void areNamedWithTheirStacks() throws InterruptedException {
            LeakAudit audit = begin(Duration.ofMillis(20));
            Thread thread = start("favilla-left-over");

            List<String> findings = findings(audit);
            finish(thread);

            assertThat(findings)
                    .singleElement()
                    .asString()
                    .startsWith("thread \"favilla-left-over\" (")
                    .contains("\n      at ", "LeakAuditTest$Threads.waitForTheEnd(");
        }

        @Test
        void areGivenTimeToEnd() throws InterruptedException {
            LeakAudit audit = begin(Duration.ofSeconds(30));
            Thread thread = start("favilla-about-to-end");
            Thread finisher = new Thread(end::countDown);
            finisher.start();

            assertThatCode(audit::close).doesNotThrowAnyException();

            assertThat(thread.isAlive()).isFalse();
            finisher.join();
        }

        @Test
        void thatWereThereBeforeAreNobodysFault() throws InterruptedException {
            Thread thread = start("favilla-older");

            LeakAudit audit = begin(Duration.ZERO);

            assertThatCode(audit::close).doesNotThrowAnyException();
            finish(thread);
        }

        @Test
        void ofOthersAreNotOurs() throws InterruptedException {
            LeakAudit audit = begin(Duration.ZERO);
            Thread thread = start("someone-else");

            assertThatCode(audit::close).doesNotThrowAnyException();
            finish(thread);
        }

        @Test
        void areNotWaitedForByAnInterruptedTestWhichStaysInterrupted() throws InterruptedException {
            LeakAudit audit = begin(Duration.ofMinutes(1));
            Thread thread = start("favilla-left-over");
            Thread.currentThread().interrupt();

            List<String> findings = findings(audit);
            boolean interrupted = Thread.interrupted();
            finish(thread);

            assertThat(interrupted).isTrue();
            assertThat(findings).hasSize(1);
        }

        private Thread start(String name) throws InterruptedException {
            Thread thread = new Thread(this::waitForTheEnd, name);
            thread.setDaemon(true);
            thread.start();
            started.await();
            return thread;
        }

        private void waitForTheEnd() {
            started.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void finish(Thread thread) throws InterruptedException {
            end.countDown();
            thread.join();
        }
    }

    @Nested
    class FilesLeft {

        @Test
        void areNamed() throws IOException {
            LeakAudit audit = begin(Duration.ZERO);
            Path left = Files.createDirectory(directory.resolve("favilla-context"));

            assertThat(findings(audit)).containsExactly("file " + left);
        }

        @Test
        void thatWereThereBeforeOrAreNotOursDoNotCount() throws IOException {
            Files.createFile(directory.resolve("favilla-old"));
            LeakAudit audit = begin(Duration.ZERO);
            Files.createFile(directory.resolve("other"));

            assertThatCode(audit::close).doesNotThrowAnyException();
        }
    }

    @Nested
    class Probes {

        @Test
        void thatThrowAreFindingsAndHideNoOthers() {
            LeakAudit audit = begin(Duration.ZERO);
            audit.probes().register(probe("broken", () -> {
                throw new IllegalStateException("closed");
            }));
            audit.probes().register(probe("bytes", () -> -8));

            assertThat(findings(audit))
                    .containsExactly(
                            "broken: could not be measured: java.lang.IllegalStateException: closed",
                            "bytes: -8 left, expected 0");
        }

        @Test
        void areMeasuredAtTheEndOnly() {
            LeakAudit audit = begin(Duration.ZERO);
            long[] bytes = {8};
            audit.probes().register(probe("bytes", () -> bytes[0]));
            bytes[0] = 0;

            assertThatCode(audit::close).doesNotThrowAnyException();
        }
    }

    private LeakAudit begin(Duration patience) {
        return LeakAudit.begin(directory, patience);
    }

    private static List<String> findings(LeakAudit audit) {
        LeakError error = catchThrowableOfType(LeakError.class, audit::close);
        assertThat(error).isNotNull().hasMessageContainingAll(error.findings().toArray(String[]::new));
        return error.findings();
    }

    private static LeakProbe probe(String name, LongSupplier left) {
        return new LeakProbe() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long measure() {
                return left.getAsLong();
            }
        };
    }
}
