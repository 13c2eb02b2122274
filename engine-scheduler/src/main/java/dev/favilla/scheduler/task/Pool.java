package dev.favilla.scheduler.task;

import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What waits for slots, in the order in which it is served. Pools may contain pools; each has a rule of its own.
 *
 * <p>Fair order: first those with fewer running attempts than their minimum share, by how little of it they have; then
 * by running attempts over weight; then by name.
 */
final class Pool implements Schedulable {

    private static final Comparator<Schedulable> FIFO = (left, right) -> {
        int byJob = Integer.compare(left.jobId(), right.jobId());
        return byJob != 0 ? byJob : Integer.compare(left.stageId(), right.stageId());
    };

    /** A strict order; names, which are made when they are asked for, decide last. */
    private static final Comparator<Schedulable> IN_LINE = (left, right) -> {
        int byAge = left == right ? 0 : FIFO.compare(left, right);
        return byAge != 0 || left == right ? byAge : left.name().compareTo(right.name());
    };

    private static final Comparator<Schedulable> FAIR = (left, right) -> {
        boolean leftNeedy = left.running() < left.minShare();
        boolean rightNeedy = right.running() < right.minShare();
        if (leftNeedy != rightNeedy) {
            return leftNeedy ? -1 : 1;
        }
        int byNeed = leftNeedy
                ? Double.compare(share(left, left.minShare()), share(right, right.minShare()))
                : Double.compare(share(left, left.weight()), share(right, right.weight()));
        if (byNeed != 0) {
            return byNeed;
        }
        return IN_LINE.compare(left, right);
    };

    private final PoolSpec spec;

    /** Sorted where the order does not change while they wait. */
    private final Collection<Schedulable> waiting;

    private int running;

    Pool(PoolSpec spec) {
        this.spec = spec;
        this.waiting = spec.mode() == PoolMode.FIFO ? new TreeSet<>(IN_LINE) : new LinkedHashSet<>();
    }

    private static double share(Schedulable schedulable, int of) {
        return (double) schedulable.running() / of;
    }

    void add(Schedulable schedulable) {
        waiting.add(schedulable);
    }

    void remove(Schedulable schedulable) {
        waiting.remove(schedulable);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Offers the task sets that wait here to {@code launch}, in order, until it launches something, and returns that. */
    @Nullable
    TaskAttempt firstOf(Function<TaskSet, @Nullable TaskAttempt> launch) {
        Collection<Schedulable> order = waiting;
        if (spec.mode() == PoolMode.FAIR && waiting.size() > 1) {
            List<Schedulable> sorted = new ArrayList<>(waiting);
            sorted.sort(FAIR);
            order = sorted;
        }
        for (Schedulable next : order) {
            TaskAttempt launched = next instanceof TaskSet set ? launch.apply(set) : ((Pool) next).firstOf(launch);
            if (launched != null) { // which may have taken the set out of the order: no further look at it
                return launched;
            }
        }
        return null;
    }

    /** Returns the task set that waits here if it is the only one, or null. */
    @Nullable
    TaskSet only() {
        if (waiting.size() != 1) {
            return null;
        }
        Schedulable one = waiting.iterator().next();
        return one instanceof TaskSet set ? set : ((Pool) one).only();
    }

    void launched() {
        running++;
    }

    void ended() {
        running--;
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public int jobId() {
        return 0;
    }

    @Override
    public int stageId() {
        return 0;
    }

    @Override
    public int weight() {
        return spec.weight();
    }

    @Override
    public int minShare() {
        return spec.minShare();
    }

    @Override
    public int running() {
        return running;
    }

    @Override
    public String toString() {
        return "pool " + name();
    }
}
