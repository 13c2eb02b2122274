package dev.favilla.scheduler.dag;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A world that failed once: a line of {@value #FILE}.
 *
 * <p>A seed means another world as soon as the simulation draws in another way. Such a line is harmless, and of no use
 * any more: when the draws change, the list is made anew, from worlds that fail without the fix.
 *
 * @param seed the world
 * @param invariant what did not hold
 * @param cause what was wrong
 */
record SimRegression(long seed, String invariant, String cause) {

    static final String FILE = "regressions.txt";

    static List<SimRegression> all() {
        try (InputStream file = Objects.requireNonNull(SimRegression.class.getResourceAsStream(FILE), FILE)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(SimRegression::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SimRegression parse(String line) {
        String[] fields = line.split(",", 3);
        if (fields.length < 3) {
            throw new IllegalArgumentException(
                    "a line of " + FILE + " must be <seed>, <invariant>, <cause>, got " + line);
        }
        return new SimRegression(Long.parseLong(fields[0].strip()), fields[1].strip(), fields[2].strip());
    }
}
