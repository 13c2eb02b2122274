package dev.favilla.disk;

import org.jspecify.annotations.Nullable;

/** Local disk space could not be written or read. */
public final class LocalDiskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message names the directory, how many bytes were there and were needed, and the setting to change */
    public LocalDiskException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
