package dev.favilla.lineage;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a lineage that must find something out before jobs can compute it, and needs jobs of its own for that. Either
 * a {@link PreparedNode} or a {@link PreparedPartitioner}.
 *
 * <p>Whoever runs a job prepares what is in its lineage first, ancestors before descendants.
 *
 * <p><b>Threads.</b> Two threads that run jobs at once may both prepare a part; the one that is done first decides.
 */
public interface Prepared {

    /** Returns whether {@link #prepare} has been done. Then it stays so. */
    boolean isPrepared();

    /** Finds out what is to be known and keeps it, as part of what travels to executors. */
    void prepare(Jobs jobs);

    /** Runs preparatory jobs, and gives executors what they have found where it is much. */
    interface Jobs {

        /**
         * Runs an action on some partitions of a dataset, at least one, and waits for its result.
         *
         * @param target a dataset that what is to be prepared is not part of
         */
        @Nullable
        Object run(LineageNode target, List<Integer> partitions, Action action);

        /** Runs an action on all partitions of a dataset and waits for its result. */
        default @Nullable Object run(LineageNode target, Action action) {
            return run(
                    target, IntStream.range(0, target.numPartitions()).boxed().toList(), action);
        }

        /**
         * Gives {@code records}, which nobody changes any more, to each executor that asks for them.
         *
         * @return a handle; when it cannot be reached any more, they are dropped
         */
        Shared share(List<?> records);
    }

    /** Records that executors have, by their number among all broadcasts. Equal to itself only; copies know the number. */
    final class Shared implements Serializable {

        private static final long serialVersionUID = 1L;

        private final long number;

        public Shared(long number) {
            this.number = number;
        }

        public long number() {
            return number;
        }
    }
}
