package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * The first so many of the {@link Steps} over a range of numbers, after 200 other functions went the same way.
 *
 * @param operators 1 to 12
 * @param records how many numbers go in
 * @param partitions for the systems that have partitions
 */
public record Chain(int operators, long records, int partitions) implements Workload {

    @Override
    public String name() {
        return "chain-" + operators;
    }

    @Override
    public String description() {
        return operators + " narrow operators over " + records + " numbers, then a sum; 200 other functions first";
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
    public Job openOn(Contestant contestant) throws ReflectiveOperationException {
        return contestant.chain(this);
    }
}
