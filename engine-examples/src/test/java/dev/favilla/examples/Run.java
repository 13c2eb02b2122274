package dev.favilla.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What the program did with one command line.
 *
 * @param code the exit code
 * @param out standard output
 * @param err standard error, with {@code \n} as line ends
 */
record Run(int code, String out, String err) {

    static Run of(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(new Console(stream(out), stream(err))).run(List.of(words));
        return new Run(
                code,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, false, StandardCharsets.UTF_8);
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    /** Returns where a resource lies as a file. */
    static Path resource(String name) {
        URL url = Objects.requireNonNull(Run.class.getResource(name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
