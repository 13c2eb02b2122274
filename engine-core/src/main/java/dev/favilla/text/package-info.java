/**
 * Text files in and out: lines of files, directories and globs, whole or in byte ranges, as they were when they were
 * listed; part files that appear together or not at all. Local files only.
 *
 * <p>Start at {@link dev.favilla.text.TextFileNode} for reading and {@link dev.favilla.text.TextOutput} for writing.
 */
@NullMarked
package dev.favilla.text;

import org.jspecify.annotations.NullMarked;
