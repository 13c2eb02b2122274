package dev.favilla.benchmarks;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes texts of any length: one text, line by line, again and again, into several files. */
final class TextFiles {

    private static final String RESOURCE = "/data/moby-dick.txt";

    private final Optional<Path> source;
    private final int fileBytes;

    /**
     * @param source the text to repeat, or empty for the one in the jar
     * @param fileBytes about how long each file is
     */
    TextFiles(Optional<Path> source, int fileBytes) {
        this.source = source;
        this.fileBytes = fileBytes;
    }

    /** Writes about {@code bytes} bytes into files in {@code directory}, unless they are there already. */
    void generate(Path directory, long bytes) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        List<byte[]> lines = lines();
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished");
        delete(unfinished);
        Files.createDirectories(unfinished);
        long written = 0;
        int line = 0;
        for (int file = 0; written < bytes; file++) {
            Path path = unfinished.resolve(String.format(Locale.ROOT, "part-%05d.txt", file));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
                long end = Math.min(bytes, written + fileBytes);
                while (written < end) {
                    byte[] next = lines.get(line++ % lines.size());
                    out.write(next);
                    out.write('\n');
                    written += next.length + 1;
                }
            }
        }
        Files.move(unfinished, directory);
    }

    private List<byte[]> lines() throws IOException {
        String text = source.isPresent() ? Files.readString(source.get()) : resource();
        return text.lines().map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private static String resource() throws IOException {
        try (InputStream in = TextFiles.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException("the jar has no " + RESOURCE + "; name a text with --text");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
