package dev.favilla.text;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.rdd.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The lines of text files. Files are listed the first time the partitions are asked for, and then stay; a copy in
 * another executor brings the list along.
 *
 * <p>Plain files are cut into byte ranges, gzip files are one partition each; empty files give none.
 */
public final class TextFileNode extends Node {

    /** Ranges are at most this long. */
    private static final long MAX_SPLIT_BYTES = 32L << 20;

    /** The last range may be this much longer, rather than leave a crumb. */
    private static final double SLACK = 1.1;

    private final String input;
    private final int minPartitions;
    private volatile @Nullable List<FileSplit> splits;

    public TextFileNode(int id, CallSite callSite, String input, int minPartitions) {
        super(id, "TextFileRDD", callSite, List.of());
        this.input = input;
        this.minPartitions = minPartitions;
    }

    @Override
    protected int countPartitions() {
        return splits().size();
    }

    @Override
    public PartitionPlan plan(int partition) {
        FileSplit split = splits().get(partition);
        return new PartitionPlan.Read(
                inputs -> new LineCursor(split, inputs.scope().metrics()));
    }

    private List<FileSplit> splits() {
        List<FileSplit> known = splits;
        if (known == null) {
            known = cut(InputFiles.find(input, callSite()));
            splits = known;
        }
        return known;
    }

    private List<FileSplit> cut(List<Path> files) {
        List<FileSplit> cut = new ArrayList<>();
        long[] sizes = files.stream().mapToLong(this::size).toArray();
        long total = 0;
        for (long size : sizes) {
            total += size;
        }
        long target = Math.max(1, Math.min(MAX_SPLIT_BYTES, total / minPartitions));
        for (int i = 0; i < sizes.length; i++) {
            cut(files.get(i), sizes[i], target, cut);
        }
        return List.copyOf(cut);
    }

    private static void cut(Path file, long size, long target, List<FileSplit> cut) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
            cut.add(new FileSplit(file.toString(), 0, size, true));
            return;
        }
        long start = 0;
        while (size - start > target * SLACK) {
            cut.add(new FileSplit(file.toString(), start, target, false));
            start += target;
        }
        if (start < size) {
            cut.add(new FileSplit(file.toString(), start, size - start, false));
        }
    }

    private long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new InputException(input, "Cannot find the size of '" + file + "' (" + callSite() + "): " + e, e);
        }
    }
}
