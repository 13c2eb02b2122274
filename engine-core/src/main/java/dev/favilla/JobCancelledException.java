package dev.favilla;

import dev.favilla.lineage.CallSite;

/** A job was cancelled before it came to its result. */
public final class JobCancelledException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final int jobId;
    private final String reason;

    JobCancelledException(int jobId, CallSite action, String reason) {
        super("Job " + jobId + " (" + action + ") was cancelled: " + reason, null);
        this.jobId = jobId;
        this.reason = reason;
    }

    public int jobId() {
        return jobId;
    }

    /** Returns the reason given by whoever cancelled it. */
    public String reason() {
        return reason;
    }
}
