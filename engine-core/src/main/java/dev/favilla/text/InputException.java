package dev.favilla.text;

import org.jspecify.annotations.Nullable;

/** An input could not be read. */
public class InputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;

    InputException(String path, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /** Returns the path as it was given, or of the file that was read. */
    public final String path() {
        return path;
    }
}
