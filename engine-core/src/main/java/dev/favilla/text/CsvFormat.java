package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.text.InputFiles.InputFile;
import dev.favilla.text.record.RecordSchema;
import java.io.IOException;
import java.util.List;

/**
 * Records of a class, as rows of CSV (RFC 4180) in UTF-8 under a header. Quotes may go over line ends, so that nobody can
 * begin in the middle: a file is read as one.
 */
public final class CsvFormat extends FileFormat {

    private static final long serialVersionUID = 1L;

    private final Class<?> type;

    /** @throws IllegalArgumentException if {@code type} cannot be read of CSV */
    public CsvFormat(Class<?> type, InputLimits limits) {
        super(limits);
        this.type = RecordSchema.flat(type).type();
    }

    @Override
    String kind() {
        return "CsvFileRDD";
    }

    @Override
    String unit() {
        return "records";
    }

    @Override
    List<List<FileSplit>> cut(List<InputFile> files, int minPartitions) {
        return FileCuts.onePerFile(files);
    }

    @Override
    SplitReader open(FileSplit split, TaskScope scope) throws IOException {
        FileBytes file = FileBytes.open(split, limits());
        return new CsvReader(split.file(), file, limits(), RecordSchema.flat(type));
    }
}
