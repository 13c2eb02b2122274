package dev.favilla.scheduler;

import dev.favilla.lineage.ErrorText;
import dev.favilla.storage.BlockId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, and the answers to what a scheduler must know of it. What wins when several things went wrong
 * is decided once, by the task runner: killed, then a lost input, then an error, then success.
 */
public sealed interface TaskOutcome {

    /** Returns whether this end counts towards the limit of failures of its partition. */
    boolean countsAsFailure();

    /** Returns what happened, in a few words. */
    String describe();

    /**
     * The attempt did its work.
     *
     * @param result a {@link dev.favilla.shuffle.MapOutput}, a staged result, or a merged result
     * @param updates what it added to accumulators
     * @param cached the blocks it made visible
     */
    record Success(@Nullable Object result, List<AccumulatorUpdate> updates, List<BlockId> cached)
            implements TaskOutcome {

        public Success {
            updates = List.copyOf(updates);
            cached = List.copyOf(cached);
        }

        @Override
        public boolean countsAsFailure() {
            return false;
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
     * @param text what it says, found where it was caught
     */
    record Failed(Throwable error, String text) implements TaskOutcome {

        public Failed(Throwable error) {
            this(error, ErrorText.of(error));
        }

        @Override
        public boolean countsAsFailure() {
            return true;
        }

        @Override
        public String describe() {
            return "failed: " + text;
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
        public boolean countsAsFailure() {
            return false;
        }

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
        public boolean countsAsFailure() {
            return false;
        }

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
        public boolean countsAsFailure() {
            return false;
        }

        @Override
        public String describe() {
            return "killed: " + reason;
        }
    }

    /**
     * The executor vanished under the attempt.
     *
     * @param reason why
     */
    record ExecutorGone(String reason) implements TaskOutcome {

        @Override
        public boolean countsAsFailure() {
            return false;
        }

        @Override
        public String describe() {
            return "executor lost: " + reason;
        }
    }
}
