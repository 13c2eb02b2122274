package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.text.InputFiles.InputFile;
import dev.favilla.value.ImmutableValue;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** How files become partitions, and their bytes records. Immutable. */
public abstract class FileFormat implements ImmutableValue, Serializable {

    private static final long serialVersionUID = 1L;

    private final InputLimits limits;

    FileFormat(InputLimits limits) {
        this.limits = limits;
    }

    final InputLimits limits() {
        return limits;
    }

    /** Returns what kind of dataset this makes, for example {@code TextFileRDD}. */
    abstract String kind();

    /** Returns what records are called, for example {@code lines}. */
    abstract String unit();

    /** Returns what each partition reads. */
    abstract List<List<FileSplit>> cut(List<InputFile> files, int minPartitions);

    /** @param scope of the attempt that reads it */
    abstract SplitReader open(FileSplit split, TaskScope scope) throws IOException;
}
