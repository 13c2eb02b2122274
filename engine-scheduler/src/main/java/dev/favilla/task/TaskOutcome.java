package dev.favilla.task;

import dev.favilla.storage.PublishedBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, and the answers to what a scheduler must know of it. What wins when several things went wrong
 * is decided once, by the task runner: killed, then a lost input, then a denied commit, then an error, then
 * success.
 */
public sealed interface TaskOutcome {

    /** Returns what happened, in a few words. */
    String describe();

    /**
     * The attempt did its work.
     *
     * @param result a {@link dev.favilla.shuffle.MapOutput}, a staged result, or a merged result; as bytes where
     *     it comes from an isolated executor
     * @param resultBytes about how much a staged result takes; 0 where nobody counts
     * @param updates what it added to accumulators
     * @param cached the blocks it made visible
     * @param used other contents of cached partitions that went into its result: those of blocks it found, here or
     *     on another executor, and those it computed itself when a block of another attempt had become visible here
     */
    record Success(
            @Nullable Object result,
            long resultBytes,
            List<AccumulatorUpdate> updates,
            List<PublishedBlock> cached,
            List<PublishedBlock> used)
            implements TaskOutcome {

        public Success {
            updates = List.copyOf(updates);
            cached = List.copyOf(cached);
            used = List.copyOf(used);
        }

        /** The success of an attempt that used no cached partitions but those it made visible. */
        public Success(
                @Nullable Object result,
                long resultBytes,
                List<AccumulatorUpdate> updates,
                List<PublishedBlock> cached) {
            this(result, resultBytes, updates, cached, List.of());
        }

        @Override
        public String describe() {
            return "succeeded";
        }
    }

    /**
     * The attempt's own work threw.
     *
     * @param error what was thrown
     */
    record Failed(TaskError error) implements TaskOutcome {

        public Failed(Throwable thrown) {
            this(TaskError.of(thrown));
        }

        @Override
        public String describe() {
            return "failed: " + error.summary();
        }
    }

    /**
     * One map output is gone or damaged.
     *
     * @param shuffleId which shuffle
     * @param mapPartition which map partition
     * @param mapAttemptId the attempt whose output it was; a newer output of the partition is not meant
     * @param message what was found
     */
    record FetchFailed(int shuffleId, int mapPartition, long mapAttemptId, String message) implements TaskOutcome {

        @Override
        public String describe() {
            return message;
        }
    }

    /**
     * A shuffle had to be read that was not complete at launch, because a cached block that should have made it
     * unnecessary is gone.
     *
     * @param shuffleId which shuffle
     */
    record InputMissing(int shuffleId) implements TaskOutcome {

        @Override
        public String describe() {
            return "shuffle " + shuffleId + " is needed, because a cached partition is gone";
        }
    }

    /**
     * The attempt was told to stop, and did.
     *
     * @param reason why
     */
    record Killed(String reason) implements TaskOutcome {

        @Override
        public String describe() {
            return "killed: " + reason;
        }
    }

    /**
     * The attempt may not make its output final, because another attempt of its partition may.
     *
     * @param reason in words
     */
    record CommitDenied(String reason) implements TaskOutcome {

        @Override
        public String describe() {
            return "was not allowed to commit: " + reason;
        }
    }

    /**
     * What the job's tasks have gathered for the driver is more than it may be. Tried again it would be no less.
     *
     * @param resultBytes about how much there was, of all tasks together
     * @param limitBytes the limit
     */
    record ResultTooLarge(long resultBytes, long limitBytes) implements TaskOutcome {

        @Override
        public String describe() {
            return "gathered more than the driver takes";
        }
    }

    /**
     * The executor vanished under the attempt.
     *
     * @param reason why
     */
    record ExecutorGone(String reason) implements TaskOutcome {

        @Override
        public String describe() {
            return "executor lost: " + reason;
        }
    }
}
