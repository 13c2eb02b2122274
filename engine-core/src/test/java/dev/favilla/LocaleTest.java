package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and messages are the same in every country. */
class LocaleTest {

    private static final Locale STANDARD = Locale.getDefault();

    @TempDir
    private Path directory;

    @BeforeEach
    @AfterEach
    void restore() {
        Locale.setDefault(STANDARD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "hi-IN-u-nu-deva", "tr-TR", "th-TH-u-nu-thai", "fa-IR", "my-MM-u-nu-mymr"})
    void numbersInNamesAndMessagesAreTheSame(String tag) throws IOException {
        String expected = everything(directory.resolve("standard"));
        Locale.setDefault(Locale.forLanguageTag(tag));

        assertThat(everything(directory.resolve("there"))).isEqualTo(expected).matches("\\p{ASCII}*");
        assertThat(String.format("%d", 12))
                .as("this locale has digits of its own, or is Turkish")
                .satisfiesAnyOf(
                        digits -> assertThat(digits).isNotEqualTo("12"),
                        digits -> assertThat(tag).isEqualTo("tr-TR"),
                        digits -> assertThat(tag).isEqualTo("ar-EG"));
    }

    private static String everything(Path output) throws IOException {
        StringBuilder all = new StringBuilder();
        try (EngineContext engine = EngineContext.builder()
                .master("LOCAL-CLUSTER[1,1,64]".toLowerCase(Locale.ROOT))
                .set("favilla.scheduler.mode", "fifo")
                .set("favilla.driver.maxResultSize", "1G")
                .open()) {
            RDD<Long> dataset = engine.range(0, 12_345_678, 1, 12)
                    .filter(x -> x % 1_000_000 == 0)
                    .cache();
            dataset.saveAsTextFile(output.toString());
            try (var names = Files.list(output)) {
                names.map(name -> name.getFileName().toString()).sorted().forEach(all::append);
            }
            all.append(dataset.toDebugString()).append(dataset.explain());
            for (Action action : List.<Action>of(
                    () -> engine.range(0, 3, 1, 3).map(x -> 10 / (x - 1)).collect(),
                    () -> engine.range(0, 1, 1, 0),
                    () -> engine.textFile(output + "/nothing-*").count(),
                    () -> EngineContext.builder()
                            .set("favilla.memory.bytes", "12345")
                            .open(),
                    () -> dataset.saveAsTextFile(output.toString()))) {
                all.append(catchThrowable(action::run).getMessage());
            }
            all.append(engine.status().memory().poolBytes());
        }
        return Engines.withoutLines(all.toString()).replace(output.toString(), "output");
    }

    private interface Action {

        void run();
    }
}
