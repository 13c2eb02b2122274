package dev.favilla.text;

import org.jspecify.annotations.Nullable;

/** An output could not be written. Nothing of it was left behind. */
public class OutputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;

    OutputException(String path, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /** Returns the path as it was given. */
    public final String path() {
        return path;
    }
}
