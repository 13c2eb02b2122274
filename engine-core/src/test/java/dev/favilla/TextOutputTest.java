package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.favilla.testing.InEveryMode;
import dev.favilla.text.OutputException;
import dev.favilla.text.OutputExistsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a save leaves, and what not. */
@InEveryMode
@Timeout(60)
class TextOutputTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @TempDir
    private Path directory;

    private List<String> everything() throws IOException {
        try (var paths = Files.walk(directory)) {
            return paths.filter(path -> !path.equals(directory))
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private RDD<Long> failing() {
        return engine.range(0, 4, 1, 2).map(x -> 1 / (x - 2));
    }

    @Nested
    class AFailedSave {

        @Test
        void leavesNoDirectoryThatItMade() throws IOException {
            for (String target : List.of("out", "new1/out", "new1/new2/new3/out")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> failing()
                                .saveAsTextFile(directory.resolve(target).toString()));

                assertThat(everything()).as(target).isEmpty();
            }
        }

        @Test
        void leavesWhatWasThere() throws IOException {
            Files.createDirectories(directory.resolve("old1/old2"));
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> failing()
                            .saveAsTextFile(
                                    directory.resolve("old1/old2/new/out").toString()));

            assertThat(everything()).containsExactly("old1", "old1/old2");
        }

        @Test
        void leavesParentsThatSomebodyElseUsesByNow() throws IOException {
            String beside = directory.resolve("new/beside").toString();
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(x -> Files.writeString(Path.of(beside), "x")
                                    .toString()
                                    .charAt(1_000_000))
                            .saveAsTextFile(directory.resolve("new/out").toString()));

            assertThat(everything()).containsExactly("new", "new/beside");
        }

        @Test
        void leavesNothingIfItsInputIsNotThere() throws IOException {
            assertThatExceptionOfType(dev.favilla.text.InputNotFoundException.class)
                    .isThrownBy(
                            () -> engine.textFile(directory.resolve("nothing").toString())
                                    .saveAsTextFile(directory.resolve("new/out").toString()));

            assertThat(everything()).isEmpty();
        }

        @Test
        void leavesNothingIfItWasCancelled() throws Exception {
            try (Gate gate = new Gate()) {
                String name = gate.name();
                String target = directory.resolve("new1/new2/out").toString();
                Background<Void> saving = Background.run(() -> {
                    engine.range(0, 2, 1, 2).map(x -> Gate.pass(name, x)).saveAsTextFile(target);
                    return null;
                });
                gate.awaitArrivals(2);
                engine.cancelAllJobs();

                assertThat(saving.failure()).isInstanceOf(JobCancelledException.class);
                gate.open();
                Engines.assertIdle(engine);
                assertThat(everything()).isEmpty();
            }
        }
    }

    @Nested
    class ATarget {

        @Test
        void underAFileIsRefused() throws IOException {
            Files.writeString(directory.resolve("file"), "x");

            for (String target : List.of("file/out", "file/a/b/out")) {
                assertThatExceptionOfType(OutputException.class)
                        .isThrownBy(() -> engine.range(0, 1)
                                .saveAsTextFile(directory.resolve(target).toString()))
                        .withMessageContaining("'" + directory.resolve("file") + "' is a file")
                        .withMessageContaining("saveAsTextFile at TextOutputTest.java:");
            }
            assertThat(everything()).containsExactly("file");
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void thatIsALinkToNowhereIsThereAlready() throws IOException {
            Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));

            assertThatExceptionOfType(OutputExistsException.class)
                    .isThrownBy(() -> engine.range(0, 1)
                            .saveAsTextFile(directory.resolve("link").toString()));
            assertThatExceptionOfType(OutputExistsException.class)
                    .isThrownBy(() -> engine.range(0, 1).saveAsTextFile("/"));
        }

        @Test
        void mayHaveTheLongestNameThereIs() {
            Path target = directory.resolve("n".repeat(255));
            engine.range(0, 1, 1, 1).saveAsTextFile(target + "/");

            assertThat(target.resolve("part-00000")).hasContent("0");
        }

        @Test
        void ofSeveralSavesGoesToOne() throws Exception {
            String target = directory.resolve("new/out").toString();
            List<Background<Void>> savers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String mine = "saver " + i;
                savers.add(Background.run(() -> {
                    engine.range(0, 20, 1, 3).map(x -> mine).saveAsTextFile(target);
                    return null;
                }));
            }
            int won = 0;
            for (Background<Void> saver : savers) {
                Throwable thrown = catchThrowable(saver::result);
                if (thrown == null) {
                    won++;
                } else {
                    assertThat(thrown).isInstanceOf(OutputExistsException.class);
                }
            }

            assertThat(won).isEqualTo(1);
            assertThat(engine.textFile(target).distinct().count()).isEqualTo(1);
            assertThat(engine.textFile(target).count()).isEqualTo(20);
            assertThat(everything()).allMatch(name -> name.equals("new") || name.startsWith("new/out"));
        }
    }

    @Nested
    class ARecord {

        private record Named(String name) {

            @Override
            public String toString() {
                return name;
            }
        }

        @Test
        void withoutTextFailsTheJobWithItsClass() throws IOException {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1)
                            .map(x -> new Named(null))
                            .saveAsTextFile(directory.resolve("out").toString()))
                    .withMessageContaining("toString of " + Named.class.getName() + " returned null");
            assertThat(everything()).isEmpty();
        }

        @Test
        void thatIsNoTextInUtf8FailsTheJobWithTheReason() throws IOException {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.parallelize(List.of("a\uD83D"))
                            .saveAsTextFile(directory.resolve("out").toString()))
                    .withMessageContaining("surrogate")
                    .withCauseInstanceOf(OutputException.class);
            assertThat(everything()).isEmpty();
        }
    }
}
