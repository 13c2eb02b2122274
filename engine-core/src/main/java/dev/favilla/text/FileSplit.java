package dev.favilla.text;

import java.nio.file.Path;

/**
 * A byte range of one file: its lines are those that begin in it.
 *
 * @param file the file
 * @param start first byte
 * @param length bytes; a line that begins inside is read to its end
 * @param gzip whether the file is compressed, and so is one split
 */
record FileSplit(Path file, long start, long length, boolean gzip) {}
