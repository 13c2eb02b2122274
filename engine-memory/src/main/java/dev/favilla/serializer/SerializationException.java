package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** A record could not be written or read. */
public final class SerializationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SerializationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
