package dev.favilla.scheduler.task;

import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The task sets that have something queued, in the order in which they are served: all in one line, or by pools of
 * which each has its fair share.
 */
final class Pools {

    private final PoolMode mode;
    private final Map<String, PoolSpec> described = new HashMap<>();
    private final Pool root;

    /** By name, as long as something waits or runs in them. Stays empty where all wait in one line. */
    private final Map<String, Pool> pools = new HashMap<>();

    Pools(PoolMode mode, List<PoolSpec> specs) {
        this.mode = mode;
        specs.forEach(spec -> described.put(spec.name(), spec));
        this.root = new Pool(new PoolSpec("root", mode, 1, 0));
    }

    void add(TaskSet set) {
        if (mode == PoolMode.FIFO) {
            root.add(set);
        } else {
            Pool pool = poolOf(set);
            pool.add(set);
            root.add(pool);
        }
    }

    void remove(TaskSet set) {
        if (mode == PoolMode.FIFO) {
            root.remove(set);
            return;
        }
        Pool pool = pools.get(nameOf(set));
        if (pool != null) {
            pool.remove(set);
            tidy(pool);
        }
    }

    private static String nameOf(TaskSet set) {
        return set.owner().properties().pool();
    }

    private Pool poolOf(TaskSet set) {
        return pools.computeIfAbsent(nameOf(set), name -> new Pool(described.getOrDefault(name, PoolSpec.named(name))));
    }

    private void tidy(Pool pool) {
        if (pool.isEmpty()) {
            root.remove(pool);
            if (pool.running() == 0) {
                pools.remove(pool.name());
            }
        }
    }

    /**
     * Returns where an attempt of {@code set} counts as running, which stays the same for it even if the set goes over to
     * a job of another pool.
     */
    Share launched(TaskSet set) {
        if (mode == PoolMode.FIFO) {
            return Share.NONE;
        }
        Pool pool = poolOf(set);
        pool.launched();
        return () -> {
            pool.ended();
            tidy(pool);
        };
    }

    boolean isEmpty() {
        return root.isEmpty();
    }

    /** Returns the set that waits if it is the only one, or null. */
    @Nullable
    TaskSet only() {
        return root.only();
    }

    /** Offers the sets to {@code launch}, in order, until it launches something, and returns that. */
    @Nullable
    TaskAttempt firstOf(Function<TaskSet, @Nullable TaskAttempt> launch) {
        return root.firstOf(launch);
    }

    /** An attempt's part of its pool. */
    interface Share {

        Share NONE = () -> {};

        /** Says that the attempt has ended. */
        void giveBack();
    }
}
