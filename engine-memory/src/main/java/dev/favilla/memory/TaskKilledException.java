package dev.favilla.memory;

/** Ends an attempt that was told to stop. It is an outcome, not a failure: it counts against nothing. */
public final class TaskKilledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    public TaskKilledException(String owner, String reason) {
        super(owner + " was told to stop: " + reason);
        this.reason = reason;
    }

    /** Returns why the attempt was told to stop. */
    public String reason() {
        return reason;
    }
}
