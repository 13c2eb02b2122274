package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.WordCount;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Writes texts of any length, line by line, into several files: one text again and again, or random words. */
final class TextFiles {

    private static final String RESOURCE = "/data/moby-dick.txt";

    private final Optional<Path> source;
    private final int fileBytes;

    /**
     * @param source the English text to repeat, or empty for the one in the jar
     * @param fileBytes about how long each file is
     */
    TextFiles(Optional<Path> source, int fileBytes) {
        this.source = source;
        this.fileBytes = fileBytes;
    }

    /** Writes the text of {@code work}, unless it is there already. */
    void generate(WordCount work) throws IOException {
        if (!Files.isDirectory(work.directory())) {
            write(work.directory(), work.bytes(), lines(work.text()));
        }
    }

    private Supplier<byte[]> lines(WordCount.Text text) throws IOException {
        return switch (text) {
            case ENGLISH -> new Repeated(english());
            case LONG_TAIL -> new LongTail();
        };
    }

    private void write(Path directory, long bytes, Supplier<byte[]> lines) throws IOException {
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished");
        delete(unfinished);
        Files.createDirectories(unfinished);
        long written = 0;
        for (int file = 0; written < bytes; file++) {
            Path path = unfinished.resolve(String.format(Locale.ROOT, "part-%05d.txt", file));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
                long end = Math.min(bytes, written + fileBytes);
                while (written < end) {
                    byte[] next = lines.get();
                    out.write(next);
                    out.write('\n');
                    written += next.length + 1;
                }
            }
        }
        Files.move(unfinished, directory);
    }

    private List<byte[]> english() throws IOException {
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

    /** One line after the other, again and again. */
    private static final class Repeated implements Supplier<byte[]> {

        private final List<byte[]> lines;
        private int next;

        Repeated(List<byte[]> lines) {
            this.lines = lines;
        }

        @Override
        public byte[] get() {
            return lines.get(next++ % lines.size());
        }
    }

    /** Lines of ten random words; word {@code n} comes {@code n} times as rarely as the first. The same in every run. */
    private static final class LongTail implements Supplier<byte[]> {

        private static final int WORDS = 500_000;
        private static final int WORDS_PER_LINE = 10;

        private final SplittableRandom random = new SplittableRandom(42);

        /** How often one of the words up to this one comes, in units of how often the first does. */
        private final double[] upTo = new double[WORDS];

        LongTail() {
            double sum = 0;
            for (int word = 0; word < WORDS; word++) {
                sum += 1.0 / (word + 1);
                upTo[word] = sum;
            }
        }

        @Override
        public byte[] get() {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < WORDS_PER_LINE; i++) {
                int found = Arrays.binarySearch(upTo, random.nextDouble(upTo[WORDS - 1]));
                line.append(i == 0 ? "" : " ")
                        .append("word")
                        .append(Integer.toString(found < 0 ? -found - 1 : found, 36));
            }
            return line.toString().getBytes(StandardCharsets.US_ASCII);
        }
    }
}
