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
 * @param text which text it is
 */
public record WordCount(Path directory, long bytes, int partitions, Text text) implements Workload {

    @Override
    public String name() {
        return text.workload;
    }

    @Override
    public String description() {
        return "word count of " + bytes / 1_000_000 + " MB of " + text.words + " in files of 32 MB";
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

    /** Where the words come from. */
    public enum Text {
        /** A novel, again and again: the same 30,000 words. */
        ENGLISH("word-count", "English text"),

        /** Half a million words, each rarer than the one before: a few make up most of the text. */
        LONG_TAIL("word-count-long-tail", "text with a long tail");

        private final String workload;
        private final String words;

        Text(String workload, String words) {
            this.workload = workload;
            this.words = words;
        }
    }
}
