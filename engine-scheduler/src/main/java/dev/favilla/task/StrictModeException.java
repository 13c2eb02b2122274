package dev.favilla.task;

/**
 * Strict mode has seen something that works in one JVM and would fail, or give other results, on a cluster. Fails the
 * job; the message says which operation it was and where, what was seen, and what to change.
 */
public final class StrictModeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String seen;
    private final String remedy;

    /**
     * @param operation whose function or records it was, and where the user called it, for example {@code map at
     *     Report.java:12}
     * @param seen what was seen, in a sentence
     * @param remedy what to change, in sentences
     */
    public StrictModeException(String operation, String seen, String remedy) {
        super("Refused in strict mode: " + operation + ": " + seen + " " + remedy);
        this.operation = operation;
        this.seen = seen;
        this.remedy = remedy;
    }

    /** Returns whose function or records it was, and where the user called it. */
    public String operation() {
        return operation;
    }

    /** Returns what was seen. */
    public String seen() {
        return seen;
    }

    /** Returns what to change. */
    public String remedy() {
        return remedy;
    }
}
