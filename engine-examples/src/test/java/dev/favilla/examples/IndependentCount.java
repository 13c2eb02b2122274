package dev.favilla.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts words without the engine, and written another way than the example. */
final class IndependentCount {

    private final TreeMap<String, Long> counts = new TreeMap<>();

    static IndependentCount of(List<Path> files) throws IOException {
        IndependentCount count = new IndependentCount();
        for (Path file : files) {
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    count.add(line);
                }
            }
        }
        return count;
    }

    private void add(String line) {
        StringBuilder word = new StringBuilder();
        for (int codePoint : line.codePoints().toArray()) {
            if (Character.isLetter(codePoint)) {
                word.appendCodePoint(codePoint);
            } else {
                finish(word);
            }
        }
        finish(word);
    }

    private void finish(StringBuilder word) {
        if (word.length() > 0) {
            counts.merge(word.toString().toLowerCase(Locale.ROOT), 1L, Long::sum);
            word.setLength(0);
        }
    }

    Map<String, Long> counts() {
        return counts;
    }

    /** Returns all counts as the example prints them; the tree has words in order, and the sort is stable. */
    String lines() {
        return counts.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, Long> entry) -> -entry.getValue()))
                .map(entry -> entry.getValue() + "\t" + entry.getKey() + "\n")
                .collect(Collectors.joining());
    }
}
