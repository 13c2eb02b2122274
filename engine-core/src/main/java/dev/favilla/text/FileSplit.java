package dev.favilla.text;

import java.io.Serializable;
import java.nio.file.Path;

/**
 * A byte range of one file: its lines are those that begin in it.
 *
 * @param file the file's path, as text: a {@link Path} cannot travel to other executors
 * @param start first byte
 * @param length bytes; a line that begins inside is read to its end
 * @param gzip whether the file is compressed, and so is one split
 */
record FileSplit(String file, long start, long length, boolean gzip) implements Serializable {

    Path path() {
        return Path.of(file);
    }
}
