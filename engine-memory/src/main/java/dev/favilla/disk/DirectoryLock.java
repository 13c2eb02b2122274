package dev.favilla.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Tells other JVMs that the one which made a directory still lives: a file in it that is locked as long.
 *
 * <p>The operating system gives up all locks that a process has on a file as soon as the process closes it anywhere. So
 * a JVM must never open the lock files of its own directories to see whether they are locked. Their names say whose they
 * are, to all copies of this class in the JVM.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String PREFIX = "lock-";

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Returns the lock of a directory just made; empty if somebody has taken it for a leftover and is deleting it. */
    static Optional<DirectoryLock> take(Path directory) throws IOException {
        Path file = directory.resolve(PREFIX + process());
        Set<OpenOption> options =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileChannel channel = FileChannel.open(file, options, SystemFiles.forOwner(file));
        try {
            return hold(new DirectoryLock(file, channel));
        } catch (IOException e) { // a file system without locks: nobody sweeps there, and nobody has to be told
            return Optional.of(new DirectoryLock(file, channel));
        }
    }

    /** Returns the lock of a directory whose JVM has ended; empty if it has not, or cannot be known to have. */
    static Optional<DirectoryLock> takeOver(Path lockFile) throws IOException {
        if (lockFile.endsWith(PREFIX + process())) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            return hold(new DirectoryLock(lockFile, channel));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whoever deletes a directory holds its lock: one that is held although its file is gone is that of nothing. */
    private static Optional<DirectoryLock> hold(DirectoryLock lock) throws IOException {
        if (lock.isHeld() && Files.exists(lock.file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(lock);
        }
        lock.close();
        return Optional.empty();
    }

    private boolean isHeld() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // one of this process, which did not know it
            return false;
        }
    }

    static boolean isLock(Path file) {
        return String.valueOf(file.getFileName()).startsWith(PREFIX);
    }

    /** Numbers of processes are used again, in containers above all. */
    private static String process() {
        ProcessHandle process = ProcessHandle.current();
        long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + "-" + started;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
