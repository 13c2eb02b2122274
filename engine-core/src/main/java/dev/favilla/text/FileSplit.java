package dev.favilla.text;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A byte range of one file: its lines are those that begin in it.
 *
 * @param file the file's path, as text: a {@link Path} cannot travel to other executors
 * @param start first byte
 * @param length bytes; a line that begins inside is read to its end
 * @param gzip whether the file is compressed, and so is one split
 * @param version what the file was when it was listed
 */
record FileSplit(String file, long start, long length, boolean gzip, FileVersion version) implements Serializable {

    Path path() {
        return Path.of(file);
    }

    /**
     * Checks that the file is what it was when it was listed.
     *
     * @throws InputChangedException if it is not
     */
    void requireUnchanged() {
        FileVersion now;
        try {
            now = FileVersion.of(path());
        } catch (IOException e) {
            String change = e instanceof NoSuchFileException ? "was deleted or moved" : "became unreadable (" + e + ")";
            throw new InputChangedException(file, change, e);
        }
        if (!now.equals(version)) {
            throw new InputChangedException(file, version.differenceTo(now), null);
        }
    }
}
