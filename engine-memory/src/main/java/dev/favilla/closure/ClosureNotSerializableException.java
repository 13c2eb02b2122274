package dev.favilla.closure;

import org.jspecify.annotations.Nullable;

/** A function given to an operation captures something that cannot travel to tasks. Thrown where the operation is called. */
public final class ClosureNotSerializableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String fieldPath;

    ClosureNotSerializableException(String operation, String fieldPath, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.operation = operation;
        this.fieldPath = fieldPath;
    }

    /** Returns this refusal with a further sentence of advice, for an operation that knows what users tend to pass. */
    public ClosureNotSerializableException withAdvice(String advice) {
        return new ClosureNotSerializableException(operation, fieldPath, getMessage() + ". " + advice, this);
    }

    /** Returns the operation and the user's line, for example {@code map at Report.java:12}. */
    public String operation() {
        return operation;
    }

    /** Returns the way from the function to the culprit, for example {@code Report.this -> connection: com.acme.Db}. */
    public String fieldPath() {
        return fieldPath;
    }
}
