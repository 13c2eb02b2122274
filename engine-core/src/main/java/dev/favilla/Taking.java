package dev.favilla;

import dev.favilla.lineage.Action;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the first records of a dataset with as little work as may be, in rounds of ever more partitions. */
final class Taking {

    /** How many times more partitions each round looks at, at most. */
    private static final int SCALE = 4;

    private Taking() {}

    /** Runs an action on some partitions and waits for its result. */
    @FunctionalInterface
    interface Rounds {

        @Nullable
        Object run(List<Integer> partitions, Action action);
    }

    static void check(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("n must be >= 0, got " + n);
        }
    }

    /**
     * Returns the first {@code n} records of {@code total} partitions, in a list of the caller's own.
     *
     * @param n at least 1
     */
    static <T extends @Nullable Object> List<T> first(int n, int total, Rounds rounds) {
        List<T> taken = new ArrayList<>();
        int scanned = 0;
        while (taken.size() < n && scanned < total) {
            int left = n - taken.size();
            int round = (int) Math.min(total - scanned, partitionsToTry(scanned, taken.size(), left));
            List<T> found = RDDActions.result(
                    rounds.run(Datasets.indexes(scanned, scanned + round), new Actions.Collect("take", left)));
            taken.addAll(found.subList(0, Math.min(left, found.size())));
            scanned += round;
        }
        return taken;
    }

    /** One at first; then as many as the share found so far suggests, half as many again, four times at most. */
    private static long partitionsToTry(int scanned, int found, int left) {
        if (scanned == 0) {
            return 1;
        }
        long most = (long) scanned * SCALE;
        return found == 0 ? most : Math.max(1, Math.min(most, (long) Math.ceil(1.5 * left * scanned / found)));
    }
}
