package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Two sides of equal size by long keys; a key occurs about once on each, but not exactly.
 *
 * @param records on each side; as many keys are possible
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record Join(long records, int partitions) implements Workload {

    @Override
    public String name() {
        return "join";
    }

    @Override
    public String description() {
        return "join of " + records + " by " + records + " records, " + partitions + " partitions";
    }

    @Override
    public long units() {
        return 2 * records;
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
        return contestant.join(this);
    }
}
