package dev.favilla.shuffle;

import org.jspecify.annotations.Nullable;

/**
 * A map output that a reader needs is gone or damaged. The task is not to blame: the scheduler runs the map partition
 * again.
 */
public final class FetchFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int shuffleId;
    private final int mapPartition;
    private final long mapAttemptId;

    public FetchFailedException(
            int shuffleId, MapOutput output, int reducer, String reason, @Nullable Throwable cause) {
        super(
                "Cannot fetch block shuffle_" + shuffleId + "_" + output.mapPartition() + "_" + reducer + " of attempt "
                        + output.attemptId() + " from " + output.executor() + ": " + reason,
                cause);
        this.shuffleId = shuffleId;
        this.mapPartition = output.mapPartition();
        this.mapAttemptId = output.attemptId();
    }

    public int shuffleId() {
        return shuffleId;
    }

    public int mapPartition() {
        return mapPartition;
    }

    /** Returns the attempt whose output is lost; a newer output of the same partition is not. */
    public long mapAttemptId() {
        return mapAttemptId;
    }
}
