package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * A sum per key, of records with long keys that lie anywhere.
 *
 * @param records how many go in
 * @param keys how many different ones there are at most
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record SumByLong(String name, long records, long keys, int partitions) implements Workload {

    @Override
    public String description() {
        return "reduceByKey of " + records + " records with " + keys + " long keys, " + partitions + " partitions";
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
        return contestant.sumByLong(this);
    }
}
