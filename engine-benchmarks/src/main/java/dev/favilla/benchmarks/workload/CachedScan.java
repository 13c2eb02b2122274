package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Another look at numbers that an earlier job left in memory.
 *
 * @param records how many
 * @param partitions for the systems that have partitions
 */
public record CachedScan(long records, int partitions) implements Workload {

    @Override
    public String name() {
        return "cached-scan";
    }

    @Override
    public String description() {
        return "filter and sum of " + records + " boxed numbers that are in memory already";
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
        return contestant.cachedScan(this);
    }
}
