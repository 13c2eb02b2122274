/**
 * Files in and out: lines, whole files and others, of files, directories and globs, as they were when they were listed;
 * part files that appear together or not at all. Local files only.
 *
 * <p>Start at {@link dev.favilla.text.FileNode} and {@link dev.favilla.text.FileFormat} for reading, and at
 * {@link dev.favilla.text.FileOutput} and {@link dev.favilla.text.PartFormat} for writing.
 */
@NullMarked
package dev.favilla.text;

import org.jspecify.annotations.NullMarked;
