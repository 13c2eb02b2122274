package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesExampleTest {

    private static final Path ADDRESSES = Run.resource("/data/state-of-the-union");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void wordsAreThoseOfStreams(String master) throws IOException {
        List<String> expected = byStreams(12);

        Run run = Run.of("addresses", ADDRESSES.toString(), "--master", master, "--top", "12");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.outLines()).hasSize(4).isEqualTo(expected);
    }

    @Test
    void aDecadeIsSetApartByWhatOthersDoNotSay() throws IOException {
        Files.writeString(directory.resolve("1791_a.txt"), "the ship the ship the sea");
        Files.writeString(directory.resolve("1799_b.txt"), "the ship and the oar");
        Files.writeString(directory.resolve("1801_c.txt"), "the train the train the coal");

        assertThat(Run.of("addresses", directory.toString(), "--top", "2").outLines())
                .containsExactly("1790s\tship and", "1800s\ttrain coal");
    }

    @Test
    void whatWasCountedOnceIsSkippedLater() {
        Run run = Run.of("addresses", ADDRESSES.toString(), "--master", "local[2]");

        assertThat(run.err())
                .contains(
                        "job 0 ", "): 3 stages, ", "job 1 ", " stages and 1 skipped, ", "skipped, its output was there")
                .doesNotContain("(0 attempts)");
    }

    @Test
    void theRatioIsThatOfTheDefinition() {
        // 2 and 18 were to be expected: 2 * (10 * ln(10 / 2) + 10 * ln(10 / 18))
        assertThat(AddressesExample.logLikelihoodRatio(10, 100, 10, 900)).isCloseTo(20.4330, within(1e-4));
        assertThat(AddressesExample.logLikelihoodRatio(1, 100, 10, 900)).isZero();
        assertThat(AddressesExample.logLikelihoodRatio(1, 100, 9, 900)).isZero();
    }

    @Test
    void aNameWithoutAYearIsSaidInOneLine() throws IOException {
        Path file = Files.writeString(directory.resolve("address.txt"), "fellow citizens");

        Run run = Run.of("addresses", file.toString());

        assertThat(run.code()).isEqualTo(Main.FAILURE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("the name of a text must begin with its year", "address.txt");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void thePathIsAsked() {
        assertThat(Run.of("addresses"))
                .isEqualTo(new Run(Main.USAGE, "", "engine-examples: there must be 1 operand, got 0\n"));
    }

    /** Without the engine: counts by {@link IndependentCount}, and the ratio as its four cells. */
    private static List<String> byStreams(int top) throws IOException {
        Map<String, List<Path>> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(ADDRESSES)) {
            all.forEach(file -> files.computeIfAbsent(
                            file.getFileName().toString().substring(0, 3) + "0s", decade -> new ArrayList<>())
                    .add(file));
        }
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        for (Map.Entry<String, List<Path>> decade : files.entrySet()) {
            counts.put(decade.getKey(), IndependentCount.of(decade.getValue()).counts());
            counts.get(decade.getKey()).keySet().removeIf(word -> word.length() == 1);
        }
        Map<String, Long> everywhere = counts.values().stream()
                .flatMap(words -> words.entrySet().stream())
                .collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.summingLong(Map.Entry::getValue)));
        double all = sum(everywhere);
        return counts.entrySet().stream()
                .map(decade -> decade.getKey() + "\t"
                        + decade.getValue().entrySet().stream()
                                .sorted(Comparator.comparing((Map.Entry<String, Long> word) -> -ratio(
                                                word.getValue(),
                                                sum(decade.getValue()),
                                                everywhere.get(word.getKey()),
                                                all))
                                        .thenComparing(Map.Entry::getKey))
                                .limit(top)
                                .map(Map.Entry::getKey)
                                .collect(Collectors.joining(" ")))
                .toList();
    }

    private static double sum(Map<String, Long> words) {
        return words.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns minus one where the word is rarer here. */
    private static double ratio(double here, double size, double everywhere, double all) {
        double expected = size * everywhere / all;
        double rest = everywhere - here;
        double expectedRest = (all - size) * everywhere / all;
        return here <= expected
                ? -1
                : 2 * (here * Math.log(here / expected) + (rest == 0 ? 0 : rest * Math.log(rest / expectedRest)));
    }
}
