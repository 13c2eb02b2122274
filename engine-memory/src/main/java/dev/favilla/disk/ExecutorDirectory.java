package dev.favilla.disk;

import dev.favilla.memory.Bytes;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one executor in one of the local directories. It is made with the first file, has a name that nobody
 * can guess, and is there for nobody but its owner. Before that file is written, what killed JVMs left beside it goes.
 *
 * <p><b>Threads.</b> May be used from any thread. The monitor is held while a file is created and while all is deleted,
 * so that nothing is created behind the back of whoever deletes; never while a file is written or read.
 */
final class ExecutorDirectory {

    /** How often a name is drawn: in vain only if another JVM sweeps at the very moment it is made. */
    private static final int TRIES = 8;

    private final Path parent;
    private final FileLayer files;

    private @Nullable Path made;
    private @Nullable DirectoryLock lock;
    private boolean closed;

    /** Until when other directories are asked first. */
    private volatile Instant restsUntil = Instant.MIN;

    ExecutorDirectory(String parent, FileLayer files) {
        this.parent = Path.of(parent).toAbsolutePath();
        this.files = files;
    }

    /** A file that was created. */
    record Place(ExecutorDirectory directory, Path path, FileLayer.OpenFile file) {}

    synchronized Place create(String name) throws IOException {
        try {
            return createIn(directory(), name);
        } catch (NoSuchFileException e) { // somebody tidies up: what was in it is lost, what comes need not be
            forget();
            return createIn(directory(), name);
        }
    }

    private Place createIn(Path directory, String name) throws IOException {
        Path path = directory.resolve(name);
        return new Place(this, path, files.create(path));
    }

    private Path directory() throws IOException {
        if (closed) {
            throw new IOException("its local disk is closed");
        }
        Path directory = made;
        if (directory == null) {
            directory = make();
            made = directory;
            Leftovers.sweepBeside(directory);
        }
        return directory;
    }

    private Path make() throws IOException {
        Optional<String> problem = DiskSettings.problemWith(parent);
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
        SecureRandom random = new SecureRandom();
        byte[] name = new byte[Leftovers.NAME_BYTES];
        Path real = parent.toRealPath();
        for (int i = 0; i < TRIES; i++) {
            random.nextBytes(name);
            Path directory = real.resolve(Leftovers.PREFIX + HexFormat.of().formatHex(name));
            files.makeDirectory(directory);
            if (isLocked(directory)) {
                return directory;
            }
        }
        throw new IOException(TRIES + " directories vanished from " + parent + " as they were made");
    }

    private boolean isLocked(Path directory) throws IOException {
        try {
            lock = DirectoryLock.take(directory).orElse(null);
            return lock != null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException | RuntimeException | Error e) {
            Leftovers.delete(directory, null, files);
            throw e;
        }
    }

    private void forget() throws IOException {
        made = null;
        DirectoryLock held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    /**
     * Deletes everything; nothing can be created after that. May be tried again.
     *
     * @throws IOException if something is left
     */
    synchronized void close() throws IOException {
        closed = true;
        Path directory = made;
        if (directory != null) {
            DirectoryLock held = lock;
            lock = null;
            Leftovers.delete(directory, held, files);
            made = null;
        }
    }

    /** Notes that it failed: others are asked first for a while. */
    void restUntil(Instant time) {
        restsUntil = time;
    }

    boolean rests(Instant now) {
        return now.isBefore(restsUntil);
    }

    /** Returns how many more bytes could be written, in words. */
    String usable() {
        try {
            return Bytes.format(files.usableBytes(parent)) + " usable";
        } catch (IOException | SecurityException e) {
            return "nobody knows how much is usable";
        }
    }

    @Override
    public String toString() {
        return parent.toString();
    }
}
