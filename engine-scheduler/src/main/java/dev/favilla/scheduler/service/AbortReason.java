package dev.favilla.scheduler.service;

import dev.favilla.job.JobFailure;
import dev.favilla.lineage.ErrorText;
import org.jspecify.annotations.Nullable;

/**
 * Why all jobs of a moment end. Made before it is needed, and put into words by those who are told: when it happens there
 * may be no memory for either.
 */
final class AbortReason {

    private final @Nullable String reason;
    private volatile @Nullable Throwable error;

    private AbortReason(@Nullable String reason) {
        this.reason = reason;
    }

    /** Returns an abort for the reason given. */
    static AbortReason because(String reason) {
        return new AbortReason(reason);
    }

    /** Returns an abort for an error that is yet to come. */
    static AbortReason inAdvance() {
        return new AbortReason(null);
    }

    /** Says what the error is. */
    void causedBy(Throwable thrown) {
        error = thrown;
    }

    JobFailure failure() {
        Throwable thrown = error;
        return new JobFailure.Aborted(reason == null ? reasonOf(thrown) : reason, thrown);
    }

    private static String reasonOf(@Nullable Throwable thrown) {
        String remedy = thrown instanceof OutOfMemoryError
                ? " Give the JVM more memory, or hold less of it."
                : " Please report this, with the cause.";
        return "the scheduler of this context failed: " + ErrorText.of(thrown)
                + ". All jobs ended with it. It has started"
                + " anew with empty executors, and the context can be used: run the action again." + remedy;
    }
}
