package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * From nothing to the result of a job of one record, and back to nothing.
 *
 * @param cold whether the JVM starts too
 */
public record StartUp(boolean cold) implements Workload {

    @Override
    public String name() {
        return cold ? "startup-cold" : "startup-warm";
    }

    @Override
    public String description() {
        return cold
                ? "a JVM from its start to its end, with one job of one record"
                : "open, one job of one record, close, in a warm JVM";
    }

    @Override
    public long units() {
        return 1;
    }

    @Override
    public String unit() {
        return "start";
    }

    @Override
    public Set<Contender> contenders() {
        return cold
                ? EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.JET, Contender.SINGLE)
                : EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.JET);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.openAndClose(this);
    }

    @Override
    public boolean coldProcess() {
        return cold;
    }
}
