package dev.favilla.rdd;

import org.jspecify.annotations.Nullable;

/** A checkpoint cannot be made, or is not there any more. */
public final class CheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        this(message, null);
    }

    public CheckpointException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
