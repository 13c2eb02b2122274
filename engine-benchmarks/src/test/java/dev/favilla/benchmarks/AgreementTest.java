package dev.favilla.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.benchmarks.workload.Catalogue;
import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Scale;
import dev.favilla.benchmarks.workload.WordCount;
import dev.favilla.benchmarks.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each system at a tiny scale, against the single thread's results. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgreementTest {

    private static final int THREADS = 2;

    @TempDir
    static Path directory;

    private Catalogue catalogue;
    private final Map<Contender, Contestant> contestants = new EnumMap<>(Contender.class);
    private final Map<String, Long> expected = new HashMap<>();

    @BeforeAll
    void computeWithOneThread() throws Exception {
        catalogue = new Catalogue(Scale.of("4000"), 3, directory.resolve("data"));
        Path source = directory.resolve("source.txt");
        Files.writeString(source, text());
        for (Workload workload : catalogue.all()) {
            if (workload instanceof WordCount words) {
                new TextFiles(Optional.of(source), 60_000).generate(words);
            }
            Contender first = workload.contenders().contains(Contender.SINGLE) ? Contender.SINGLE : Contender.FAVILLA;
            expected.put(workload.name(), run(workload, first));
        }
    }

    @AfterAll
    void close() {
        for (Contestant contestant : contestants.values()) {
            contestant.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Contender.class)
    void everySystemHasTheSameResults(Contender contender) throws Exception {
        Map<String, Long> mine = new HashMap<>(expected);
        for (Workload workload : catalogue.all()) {
            if (workload.contenders().contains(contender) && !isManyPartitions(workload, contender)) {
                mine.put(workload.name(), run(workload, contender));
            }
        }
        assertThat(mine).isEqualTo(expected);
    }

    @Test
    void aRunTwiceHasTheSameResult() throws Exception {
        for (Workload workload : catalogue.all()) {
            if (workload.contenders().contains(Contender.FAVILLA)) {
                assertThat(run(workload, Contender.FAVILLA))
                        .as(workload.name())
                        .isEqualTo(expected.get(workload.name()));
            }
        }
    }

    /** Four million files of a few bytes are no test of results. */
    private static boolean isManyPartitions(Workload workload, Contender contender) {
        return contender == Contender.SPARK && workload.name().startsWith("partitions-2000");
    }

    private long run(Workload workload, Contender contender) throws Exception {
        Contestant contestant = contestants.get(contender);
        if (contestant == null) {
            contestant = contender.enter(THREADS);
            contestants.put(contender, contestant);
        }
        try (Job job = workload.openOn(contestant)) {
            return job.run();
        }
    }

    /** Words of one to twenty letters, some not of ASCII, and blanks in odd places. */
    private static String text() {
        SplittableRandom random = new SplittableRandom(42);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            String letter = String.valueOf((char) ('a' + random.nextInt(26)));
            text.append(random.nextInt(50) == 0 ? "w\u00f6rter" : letter.repeat(1 + random.nextInt(20)));
            text.append(random.nextInt(9) == 0 ? "\n" : random.nextInt(9) == 0 ? "   " : " ");
        }
        return text.append("end").toString();
    }
}
