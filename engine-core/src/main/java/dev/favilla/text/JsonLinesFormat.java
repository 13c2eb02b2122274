package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.text.InputFiles.InputFile;
import dev.favilla.text.record.JsonRecords;
import dev.favilla.text.record.MalformedValueException;
import dev.favilla.text.record.RecordSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Records of a class, each as a JSON object on a line of its own, in UTF-8. */
public final class JsonLinesFormat extends FileFormat {

    private static final long serialVersionUID = 1L;

    private final Class<?> type;

    /** @throws IllegalArgumentException if {@code type} cannot be read of JSON */
    public JsonLinesFormat(Class<?> type, InputLimits limits) {
        super(limits);
        this.type = RecordSchema.nested(type).type();
    }

    @Override
    String kind() {
        return "JsonLinesRDD";
    }

    @Override
    String unit() {
        return "records";
    }

    @Override
    List<List<FileSplit>> cut(List<InputFile> files, int minPartitions) {
        return FileCuts.intoRanges(files, minPartitions);
    }

    @Override
    SplitReader open(FileSplit split, TaskScope scope) throws IOException {
        LineReader lines = LineReader.open(split, StandardCharsets.UTF_8, limits());
        return new Records(split, lines, limits(), RecordSchema.nested(type));
    }

    /** Makes records of lines. */
    private static final class Records implements SplitReader {

        private final FileSplit split;
        private final LineReader lines;
        private final InputLimits limits;
        private final RecordSchema schema;

        Records(FileSplit split, LineReader lines, InputLimits limits, RecordSchema schema) {
            this.split = split;
            this.lines = lines;
            this.limits = limits;
            this.schema = schema;
        }

        @Override
        public Object next() throws IOException {
            String line = lines.nextLine();
            while (line != null && line.isBlank()) {
                line = lines.nextLine();
            }
            if (line == null) {
                return END;
            }
            if (lines.takeMalformed() > 0) {
                throw new MalformedRecordException(split.file(), number(), "'" + line + "'", "UTF-8", null);
            }
            try {
                return JsonRecords.read(schema, line);
            } catch (MalformedValueException e) {
                throw new MalformedRecordException(split.file(), number(), e);
            }
        }

        /** Counts the lines before the one that was read last, by reading the file once more: only errors want to know. */
        private long number() throws IOException {
            FileSplit all = new FileSplit(split.file(), 0, split.version().size(), split.gzip(), split.version());
            long number = 0;
            try (LineReader again = LineReader.open(all, StandardCharsets.UTF_8, limits)) {
                do {
                    number++;
                } while (again.nextLine() != null && again.lineStart() < lines.lineStart());
            }
            return number;
        }

        @Override
        public void requireWhole() {
            lines.requireWhole();
        }

        @Override
        public boolean hasTrailingGarbage() {
            return lines.hasTrailingGarbage();
        }

        @Override
        public long takeBytesRead() {
            return lines.takeBytesRead();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
