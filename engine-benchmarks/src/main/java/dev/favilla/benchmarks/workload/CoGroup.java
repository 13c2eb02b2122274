package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Two sides of equal size, gathered by long keys; a key occurs about once on each, but not exactly.
 *
 * @param records on each side; as many keys are possible
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record CoGroup(long records, int partitions) implements Workload {

    @Override
    public String name() {
        return "cogroup";
    }

    @Override
    public String description() {
        return "cogroup of " + records + " by " + records + " records, " + partitions + " partitions";
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
        return EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.BOXED);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.coGroup(this);
    }

    /** Returns what one group adds to the checksum. */
    public static long check(long key, Iterable<Long> lefts, Iterable<Long> rights) {
        long left = 0;
        for (long value : lefts) {
            left += Data.mix(value);
        }
        long right = 0;
        for (long value : rights) {
            right += Data.mix(value);
        }
        return Data.check(key, left, right);
    }
}
