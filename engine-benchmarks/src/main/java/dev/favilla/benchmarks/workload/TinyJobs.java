package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Jobs of eight records in two partitions, one after another, each pipeline built anew.
 *
 * @param stages one, or two with a shuffle between
 * @param jobs how many in one run
 */
public record TinyJobs(int stages, int jobs) implements Workload {

    @Override
    public String name() {
        return stages == 1 ? "tiny-one-stage" : "tiny-two-stages";
    }

    @Override
    public String description() {
        return jobs + " jobs of " + stages + " stage(s), 8 records in 2 partitions each, one after another";
    }

    @Override
    public long units() {
        return jobs;
    }

    @Override
    public String unit() {
        return "job";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.STREAMS, Contender.BOXED);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.tinyJobs(this);
    }
}
