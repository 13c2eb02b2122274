package dev.favilla.text;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines that begin in one split. The file is opened with the first step and closed after the last.
 *
 * <p>A line belongs to the split it begins in; a split that does not begin its file therefore starts after the first
 * line end at or after its first byte, and reads on past its end until the line at its end is complete.
 */
final class LineCursor implements Cursor {

    private final FileSplit split;
    private final TaskMetrics metrics;
    private final Warnings warnings;
    private @Nullable LineReader reader;
    private boolean done;
    private long lines;

    /**
     * @param warnings what was said already of the files of the dataset
     */
    LineCursor(FileSplit split, TaskMetrics metrics, Warnings warnings) {
        this.split = split;
        this.metrics = metrics;
        this.warnings = warnings;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        if (done) {
            return false;
        }
        LineReader lineReader = reader();
        long before = lines;
        boolean more = true;
        while (more && lines - before < max) {
            String line = next(lineReader);
            if (line == null) {
                more = false;
                lineReader.requireWhole();
            } else {
                lines++;
                more = sink.push(line);
            }
        }
        metrics.add(Metric.RECORDS_READ, lines - before);
        metrics.add(Metric.BYTES_READ, lineReader.takeBytesRead());
        metrics.add(Metric.MALFORMED_INPUTS, lineReader.takeMalformed());
        if (!more) {
            split.requireUnchanged(); // else what was read may be of two versions
            if (lineReader.hasTrailingGarbage()) {
                warnings.trailingGarbage(split.file());
            }
            done = true;
            close();
        }
        return more;
    }

    private LineReader reader() throws IOException {
        LineReader open = reader;
        if (open == null) {
            open = readingFile(() -> LineReader.open(split));
            reader = open;
        }
        return open;
    }

    private @Nullable String next(LineReader lineReader) throws IOException {
        return readingFile(lineReader::next);
    }

    private <T extends @Nullable Object> T readingFile(FileRead<T> read) throws IOException {
        try {
            return read.run();
        } catch (IOException e) {
            requireUnchanged(e);
            if (split.gzip() && (e instanceof ZipException || e instanceof EOFException)) {
                throw new DamagedInputException(split.file(), lines, e);
            }
            throw new InputException(
                    split.file(), "Cannot read '" + split.file() + "' after " + lines + " lines: " + e, e);
        }
    }

    /** If the file has changed, that is the reason for whatever went wrong. */
    private void requireUnchanged(IOException failure) {
        try {
            split.requireUnchanged();
        } catch (InputChangedException e) {
            e.addSuppressed(failure);
            throw e;
        }
    }

    @Override
    public void close() {
        LineReader open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private interface FileRead<T extends @Nullable Object> {

        T run() throws IOException;
    }
}
