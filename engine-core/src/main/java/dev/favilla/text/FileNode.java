package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.Node;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The records of files. Files are listed the first time the partitions are asked for, and then stay; a copy in another
 * executor brings the list along.
 */
public final class FileNode extends Node implements Source {

    private final String input;
    private final int minPartitions;
    private final FileFormat format;
    private final Warnings warnings = new Warnings();

    /** Of several threads that list at once, the first decides. */
    private final AtomicReference<@Nullable List<List<FileSplit>>> parts = new AtomicReference<>();

    /**
     * @param input a path, a glob, or several with commas between
     * @param minPartitions how many partitions are wanted at least
     * @param format what is in the files
     */
    public FileNode(int id, CallSite callSite, String input, int minPartitions, FileFormat format) {
        super(id, format.kind(), callSite);
        this.input = input;
        this.minPartitions = minPartitions;
        this.format = format;
    }

    /** Returns the path or pattern of the files, as the user gave it. */
    public String input() {
        return input;
    }

    /** Returns the least number of partitions that the user asked for. */
    public int minPartitions() {
        return minPartitions;
    }

    /** Returns what is in the files. */
    public FileFormat format() {
        return format;
    }

    @Override
    protected int countPartitions() {
        return parts().size();
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        return new FileCursor(parts().get(partition), format, inputs.scope(), warnings);
    }

    private List<List<FileSplit>> parts() {
        List<List<FileSplit>> known = parts.get();
        if (known != null) {
            return known;
        }
        List<List<FileSplit>> listed = format.cut(InputFiles.find(input, callSite()), minPartitions);
        List<List<FileSplit>> before = parts.compareAndExchange(null, listed);
        return before == null ? listed : before;
    }
}
