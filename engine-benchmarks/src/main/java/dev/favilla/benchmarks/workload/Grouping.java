package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * All values of a key in one place, not merged.
 *
 * @param records how many go in
 * @param keys how many different ones there are at most
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record Grouping(long records, long keys, int partitions) implements Workload {

    @Override
    public String name() {
        return "group-by-key";
    }

    @Override
    public String description() {
        return "groupByKey of " + records + " records with " + keys + " long keys, " + partitions + " partitions";
    }

    @Override
    public long units() {
        return records;
    }

    @Override
    public String unit() {
        return "record";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.complementOf(EnumSet.of(Contender.JET));
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.group(this);
    }
}
