package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * A sum per key, of records with short texts as keys.
 *
 * @param records how many go in
 * @param keys how many different ones there are at most
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record SumByString(long records, long keys, int partitions) implements Workload {

    @Override
    public String name() {
        return "reduce-strings";
    }

    @Override
    public String description() {
        return "reduceByKey of " + records + " records with " + keys + " string keys, " + partitions + " partitions";
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
        return EnumSet.allOf(Contender.class);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.sumByString(this);
    }
}
