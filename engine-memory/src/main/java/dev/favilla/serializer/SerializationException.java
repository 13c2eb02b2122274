package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** A record could not be written or read. */
public final class SerializationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SerializationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Returns the same failure, said of what was going on.
     *
     * @param operation what and where, for example {@code map at Report.java:12}
     */
    public SerializationException during(String operation) {
        SerializationException located = new SerializationException(operation + ": " + getMessage(), getCause());
        located.setStackTrace(getStackTrace());
        return located;
    }
}
