package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * One job whose tasks have nothing to do but return a one.
 *
 * @param tasks how many in the job
 */
public record EmptyTasks(int tasks) implements Workload {

    @Override
    public String name() {
        return "empty-tasks";
    }

    @Override
    public String description() {
        return "one job of " + tasks + " tasks that return 1";
    }

    @Override
    public long units() {
        return tasks;
    }

    @Override
    public String unit() {
        return "task";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.of(Contender.FAVILLA, Contender.SPARK, Contender.BOXED);
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.emptyTasks(this);
    }
}
