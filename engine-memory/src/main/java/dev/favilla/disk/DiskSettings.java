package dev.favilla.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where an executor may put files, and how much.
 *
 * @param directories its own directories are made in these; at least one
 * @param maxBytes how many bytes all its files may have together; {@link Long#MAX_VALUE} for no limit
 */
public record DiskSettings(List<String> directories, long maxBytes) {

    static final String DIRECTORIES_KEY = "favilla.local.dir";
    static final String LIMIT_KEY = "favilla.local.maxBytes";

    private static final int WRITABLE_FOR_ALL = 0002;
    private static final int STICKY = 01000;

    /**
     * @throws IllegalArgumentException if no directory is named, or the limit is not above 0
     */
    public DiskSettings {
        directories = List.copyOf(directories);
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("directories must name at least one, got none");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be >= 1, got " + maxBytes);
        }
    }

    /** Returns what is wrong with a directory that is to be written to, looking only; empty if nothing is. */
    public static Optional<String> problemWith(String directory) {
        try {
            return problemWith(Path.of(directory));
        } catch (InvalidPathException e) {
            return Optional.of("'" + directory + "' is no path: " + e.getReason());
        }
    }

    static Optional<String> problemWith(Path directory) {
        if (Files.notExists(directory)) {
            return Optional.of(directory + " does not exist. Make it, or name another");
        }
        if (!Files.isDirectory(directory)) {
            return Optional.of(directory + " is no directory");
        }
        if (!Files.isWritable(directory)) {
            return Optional.of(directory + " cannot be written by this process");
        }
        return isOpenToAll(directory)
                ? Optional.of(directory + " can be written by everybody and has no sticky bit, so others could put"
                        + " their own files in place of ours. Use chmod +t on it, or name another")
                : Optional.empty();
    }

    private static boolean isOpenToAll(Path directory) {
        try {
            return Files.getAttribute(directory, "unix:mode") instanceof Integer mode
                    && (mode & WRITABLE_FOR_ALL) != 0
                    && (mode & STICKY) == 0;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false; // a file system without such permissions has other means, or none
        }
    }
}
