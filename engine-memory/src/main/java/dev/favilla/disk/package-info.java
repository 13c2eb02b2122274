/**
 * Local disk space for what does not fit in memory: the one place where files for blocks and runs are opened.
 *
 * <p>Start at {@link dev.favilla.disk.LocalDisk}, which {@link dev.favilla.disk.DirectoryDisk} implements on one or
 * several directories. All that is asked of the file system goes through {@link dev.favilla.disk.FileLayer}, so that
 * tests can have any of it fail. This package knows bytes and files, never blocks and never records; what is written here
 * is framed by whoever writes it.
 */
@NullMarked
package dev.favilla.disk;

import org.jspecify.annotations.NullMarked;
