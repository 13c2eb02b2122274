package dev.favilla.disk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Local disk space could not be written or read. */
public final class LocalDiskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String[] directories;
    private final long bytesWritten;

    /** @param message names the directory, how many bytes were there and were needed, and the setting to change */
    public LocalDiskException(String message, @Nullable Throwable cause) {
        this(message, List.of(), 0, cause);
    }

    LocalDiskException(String message) {
        this(message, List.of(), 0, null);
    }

    LocalDiskException(String message, List<String> directories, long bytesWritten, @Nullable Throwable cause) {
        super(message, cause);
        this.directories = directories.toArray(String[]::new);
        this.bytesWritten = bytesWritten;
    }

    /** Returns the local directories that were tried for a file; empty if it was not for want of one. */
    public List<String> directories() {
        return List.of(directories);
    }

    /** Returns how many bytes of that file had been written before. */
    public long bytesWritten() {
        return bytesWritten;
    }
}
