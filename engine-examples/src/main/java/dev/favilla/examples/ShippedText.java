package dev.favilla.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A text out of the jar as a file, because the engine reads files; deleted by {@link #close}, or when the JVM ends.
 *
 * @param file where it lies meanwhile
 */
record ShippedText(Path file) implements AutoCloseable {

    static final String MOBY_DICK = "/data/moby-dick.txt";

    /** Copies {@code resource} to a file that only this user can read. */
    static ShippedText copy(String resource) throws IOException {
        try (InputStream in = ShippedText.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException("the text " + resource + " is not in this jar");
            }
            Path file = Files.createTempFile("favilla-example-", ".txt");
            file.toFile().deleteOnExit(); // if the program is interrupted
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return new ShippedText(file);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
