/**
 * Local disk space for what does not fit in memory: the one place where files for blocks and runs are opened.
 *
 * <p>Start at {@link dev.favilla.disk.LocalDisk}. This package knows bytes and files, never blocks and never records; what
 * is written here is framed by whoever writes it.
 */
@NullMarked
package dev.favilla.disk;

import org.jspecify.annotations.NullMarked;
