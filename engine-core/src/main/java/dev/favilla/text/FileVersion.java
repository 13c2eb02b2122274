package dev.favilla.text;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What tells one content of a path from another without reading it.
 *
 * @param size in bytes
 * @param modified when it was written last
 * @param key which file it is; null where the file system does not tell
 * @param isOrdinary whether it is a file on a disk, rather than a device, a pipe or a socket
 */
record FileVersion(long size, Instant modified, @Nullable String key, boolean isOrdinary) implements Serializable {

    static FileVersion of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        Object key = attributes.fileKey();
        return new FileVersion(
                attributes.size(),
                attributes.lastModifiedTime().toInstant(),
                key == null ? null : key.toString(),
                attributes.isRegularFile());
    }

    /** Says how {@code now} differs, in words that go on after the file's name. */
    String differenceTo(FileVersion now) {
        if (size != now.size) {
            return "had " + size + " bytes and has " + now.size;
        }
        return modified.equals(now.modified)
                ? "was replaced by another of the same size"
                : "was written at " + modified + " and again at " + now.modified;
    }
}
