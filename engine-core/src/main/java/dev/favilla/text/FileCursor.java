package dev.favilla.text;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads the records of some splits, one split after the other. A file is open while its split is read. */
final class FileCursor implements Cursor {

    private final List<FileSplit> splits;
    private final FileFormat format;
    private final TaskScope scope;
    private final TaskMetrics metrics;
    private final Warnings warnings;
    private @Nullable SplitReader reader;

    /** Which split is read, or is next. */
    private int current;

    /** Records of the current split. */
    private long records;

    /**
     * @param warnings what was said already of the files of the dataset
     */
    FileCursor(List<FileSplit> splits, FileFormat format, TaskScope scope, Warnings warnings) {
        this.splits = splits;
        this.format = format;
        this.scope = scope;
        this.metrics = scope.metrics();
        this.warnings = warnings;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        if (current == splits.size()) {
            return false;
        }
        FileSplit split = splits.get(current);
        SplitReader open = reader(split);
        long before = records;
        boolean wanted = true;
        boolean more = true;
        while (wanted && more && records - before < max) {
            Object record = next(split, open);
            if (record == SplitReader.END) {
                more = false;
                open.requireWhole();
            } else {
                records++;
                wanted = sink.push(record);
            }
        }
        metrics.add(Metric.RECORDS_READ, records - before);
        metrics.add(Metric.BYTES_READ, open.takeBytesRead());
        metrics.add(Metric.MALFORMED_INPUTS, open.takeMalformed());
        if (!wanted || !more) {
            end(split, open);
        }
        if (!wanted) {
            current = splits.size();
        }
        return current < splits.size();
    }

    private void end(FileSplit split, SplitReader open) {
        split.requireUnchanged(); // else what was read may be of two versions
        if (open.hasTrailingGarbage()) {
            warnings.trailingGarbage(split.file());
        }
        close();
        current++;
        records = 0;
    }

    private SplitReader reader(FileSplit split) throws IOException {
        SplitReader open = reader;
        if (open == null) {
            try {
                open = format.open(split, scope);
            } catch (IOException | InputException e) {
                throw failure(split, e);
            }
            reader = open;
        }
        return open;
    }

    private @Nullable Object next(FileSplit split, SplitReader open) {
        try {
            return open.next();
        } catch (IOException | InputException e) {
            throw failure(split, e);
        }
    }

    private InputException failure(FileSplit split, Exception e) {
        requireUnchanged(split, e);
        String after = "after " + records + " " + format.unit();
        if (e instanceof InputException said) {
            return said;
        }
        if (e instanceof InputLimits.Exceeded exceeded) {
            return new InputLimitException(split.file(), after, exceeded);
        }
        if (split.gzip() && (e instanceof ZipException || e instanceof EOFException)) {
            return new DamagedInputException(split.file(), after, e);
        }
        return new InputException(split.file(), "Cannot read '" + split.file() + "' " + after + ": " + e, e);
    }

    /** If the file has changed, that is the reason for whatever went wrong. */
    private static void requireUnchanged(FileSplit split, Exception failure) {
        try {
            split.requireUnchanged();
        } catch (InputChangedException e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        SplitReader open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
