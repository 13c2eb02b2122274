package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.Node;
import dev.favilla.text.InputFiles.InputFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lines of text files. Files are listed the first time the partitions are asked for, and then stay; a copy in
 * another executor brings the list along.
 *
 * <p>Plain files are cut into byte ranges, gzip files are one partition each; empty files give none.
 */
public final class TextFileNode extends Node implements Source {

    /** Ranges are at most this long. */
    private static final long MAX_SPLIT_BYTES = 32L << 20;

    /** The last range may be this much longer, rather than leave a crumb. */
    private static final double SLACK = 1.1;

    private final String input;
    private final int minPartitions;
    private final Warnings warnings = new Warnings();

    /** Of several threads that list at once, the first decides. */
    private final AtomicReference<@Nullable List<FileSplit>> splits = new AtomicReference<>();

    public TextFileNode(int id, CallSite callSite, String input, int minPartitions) {
        super(id, "TextFileRDD", callSite, List.of());
        this.input = input;
        this.minPartitions = minPartitions;
    }

    /** Returns the path or pattern of the files, as the user gave it. */
    public String input() {
        return input;
    }

    /** Returns the least number of partitions that the user asked for. */
    public int minPartitions() {
        return minPartitions;
    }

    @Override
    protected int countPartitions() {
        return splits().size();
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(this, partition);
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        return new LineCursor(splits().get(partition), inputs.scope().metrics(), warnings);
    }

    private List<FileSplit> splits() {
        List<FileSplit> known = splits.get();
        if (known != null) {
            return known;
        }
        List<FileSplit> listed = cut(InputFiles.find(input, callSite()));
        List<FileSplit> before = splits.compareAndExchange(null, listed);
        return before == null ? listed : before;
    }

    private List<FileSplit> cut(List<InputFile> files) {
        List<FileSplit> cut = new ArrayList<>();
        long total = files.stream().mapToLong(file -> file.version().size()).sum();
        long target = Math.max(1, Math.min(MAX_SPLIT_BYTES, total / minPartitions));
        for (InputFile file : files) {
            cut(file, target, cut);
        }
        return List.copyOf(cut);
    }

    private static void cut(InputFile file, long target, List<FileSplit> cut) {
        String name = file.path().toString();
        long size = file.version().size();
        if (name.toLowerCase(Locale.ROOT).endsWith(".gz") && size > 0) {
            cut.add(new FileSplit(name, 0, size, true, file.version()));
            return;
        }
        long start = 0;
        while (size - start > target * SLACK) {
            cut.add(new FileSplit(name, start, target, false, file.version()));
            start += target;
        }
        if (start < size) {
            cut.add(new FileSplit(name, start, size - start, false, file.version()));
        }
    }
}
