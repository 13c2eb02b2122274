package dev.favilla.benchmarks.workload;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * How often each word of a text occurs; words are what stands between single blanks and ends of lines.
 *
 * @param directory where the files of the text lie
 * @param bytes their length in all
 * @param partitions reduce partitions, for the systems that have them
 */
public record WordCount(Path directory, long bytes, int partitions) implements Workload {

    @Override
    public String name() {
        return "word-count";
    }

    @Override
    public String description() {
        return "word count of " + bytes / 1_000_000 + " MB of English text in files of 32 MB";
    }

    @Override
    public long units() {
        return bytes;
    }

    @Override
    public String unit() {
        return "byte";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.allOf(Contender.class);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.wordCount(this);
    }
}
