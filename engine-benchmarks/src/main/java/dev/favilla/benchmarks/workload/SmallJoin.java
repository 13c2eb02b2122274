package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Many records by long keys, joined with few; about every second record finds another, and none finds two.
 *
 * @param broadcast whether every task gets all of the few, and the many stay where they are
 * @param records of the large side
 * @param few records of the small side
 * @param partitions of the large side, and of a shuffle
 */
public record SmallJoin(String name, boolean broadcast, long records, long few, int partitions) implements Workload {

    @Override
    public String description() {
        return (broadcast ? "broadcast join of " : "shuffled join of ") + records + " by " + few + " records, "
                + partitions + " partitions";
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
        return broadcast
                ? EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.BOXED)
                : EnumSet.of(Contender.FAVILLA, Contender.SPARK);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.smallJoin(this);
    }

    /** Returns the key of a record of the large side, where the small one has {@code few} records. */
    public static long key(long record, long few) {
        return Data.key(record, 2 * few);
    }

    /** Returns the key of a record of the small side, each another. */
    public static long fewKey(long record) {
        return Data.numbered(record);
    }
}
