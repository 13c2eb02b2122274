package dev.favilla.text;

import dev.favilla.text.InputFiles.InputFile;
import java.util.ArrayList;
import java.util.List;

/** Makes partitions of files. The same files give the same partitions. */
final class FileCuts {

    /** Ranges are at most this long. */
    private static final long MAX_SPLIT_BYTES = 32L << 20;

    /** The last range may be this much longer, rather than leave a crumb. */
    private static final double SLACK = 1.1;

    private FileCuts() {}

    /** Cuts plain files into ranges, about {@code minPartitions} in all; compressed ones are one each, empty ones none. */
    static List<List<FileSplit>> intoRanges(List<InputFile> files, int minPartitions) {
        List<List<FileSplit>> cut = new ArrayList<>();
        long total = files.stream().mapToLong(file -> file.version().size()).sum();
        long target = Math.max(1, Math.min(MAX_SPLIT_BYTES, total / minPartitions));
        for (InputFile file : files) {
            if (file.isGzip()) {
                addWhole(file, cut);
            } else {
                addRanges(file, target, cut);
            }
        }
        return List.copyOf(cut);
    }

    private static void addRanges(InputFile file, long target, List<List<FileSplit>> cut) {
        long size = file.version().size();
        long start = 0;
        while (size - start > target * SLACK) {
            cut.add(List.of(file.split(start, target)));
            start += target;
        }
        if (start < size) {
            cut.add(List.of(file.split(start, size - start)));
        }
    }

    private static void addWhole(InputFile file, List<List<FileSplit>> cut) {
        if (file.version().size() > 0) {
            cut.add(List.of(file.split(0, file.version().size())));
        }
    }

    /** Makes a partition of each file that is not empty. */
    static List<List<FileSplit>> onePerFile(List<InputFile> files) {
        List<List<FileSplit>> cut = new ArrayList<>();
        files.forEach(file -> addWhole(file, cut));
        return List.copyOf(cut);
    }

    /** Puts whole files together, in their order, until about {@code minPartitions} equal parts are full; empty ones, too. */
    static List<List<FileSplit>> packed(List<InputFile> files, int minPartitions) {
        List<List<FileSplit>> cut = new ArrayList<>();
        List<FileSplit> part = new ArrayList<>();
        long total = files.stream().mapToLong(FileCuts::weight).sum();
        long target = Math.max(1, Math.min(MAX_SPLIT_BYTES, total / minPartitions));
        long weight = 0;
        for (InputFile file : files) {
            if (!part.isEmpty() && weight + weight(file) > target) {
                cut.add(List.copyOf(part));
                part.clear();
                weight = 0;
            }
            part.add(file.split(0, file.version().size()));
            weight += weight(file);
        }
        if (!part.isEmpty()) {
            cut.add(List.copyOf(part));
        }
        return List.copyOf(cut);
    }

    /** Opening a file costs about what reading some kilobytes does. */
    private static long weight(InputFile file) {
        return file.version().size() + (4 << 10);
    }
}
