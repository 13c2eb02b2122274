package dev.favilla.disk;

import dev.favilla.disk.ExecutorDirectory.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Local disk space in one or several directories. Files are shared out among them in turn, each executor has a directory
 * of its own in each, and nothing is made before it is needed.
 *
 * <p><b>Failures.</b> A file whose directory is full or fails goes on in the next one, with all that was written; the
 * one that failed is asked last for the next {@value #REST_SECONDS} seconds. Only when none takes it is there an
 * exception. A file that cannot be deleted stays counted, and deleting is tried again until the disk is closed.
 *
 * <p><b>Threads.</b> Files that are to be deleted soon are deleted by an executor that is given for that, or before by
 * whoever begins a file or finds no room.
 */
public final class DirectoryDisk implements LocalDisk {

    private static final int REST_SECONDS = 30;
    private static final Duration REST = Duration.ofSeconds(REST_SECONDS);

    private final FileLayer layer;
    private final InstantSource clock;
    private final List<ExecutorDirectory> directories;
    private final DiskSpace space;
    private final Executor deleting;
    private final AtomicLong created = new AtomicLong();

    /** Written, or being written. */
    private final Set<StoredFile> files = ConcurrentHashMap.newKeySet();

    /** To be deleted, and not deleted yet. */
    private final Queue<Rest> rests = new ConcurrentLinkedQueue<>();

    /** Not written any more, and not deleted yet. */
    private final AtomicInteger leaving = new AtomicInteger();

    /** Held by whoever deletes rests. */
    private final ReentrantLock deletion = new ReentrantLock();

    private volatile boolean closed;

    /** Whether all was deleted at the end; threads that had files open then may still say what they had. */
    private volatile boolean gone;

    /** @param bytes how many are still counted */
    private record Rest(Path path, long bytes) {}

    /**
     * @param settings where, and how much
     * @param layer the file system
     * @param clock tells when a directory that failed is asked again
     * @param deleting deletes what is to be deleted soon; may refuse, which delays that until the next file is begun
     */
    public DirectoryDisk(DiskSettings settings, FileLayer layer, InstantSource clock, Executor deleting) {
        this.layer = layer;
        this.clock = clock;
        this.deleting = deleting;
        this.space = new DiskSpace(settings.maxBytes());
        List<ExecutorDirectory> all = new ArrayList<>(1);
        for (String directory : settings.directories()) {
            all.add(new ExecutorDirectory(directory, layer));
        }
        this.directories = List.copyOf(all);
    }

    /** As much space as there is in one directory of this machine. */
    public DirectoryDisk(String directory) {
        this(
                new DiskSettings(List.of(directory), Long.MAX_VALUE),
                FileLayer.system(),
                InstantSource.system(),
                Runnable::run);
    }

    @Override
    public DiskWriter create(String purpose) {
        requireOpen();
        if (!rests.isEmpty() && deletion.tryLock()) { // nobody waits for another's deleting who may not have to
            try {
                deleteRests();
            } finally {
                deletion.unlock();
            }
        }
        Place place = search(purpose + "-" + created.getAndIncrement(), 0).next();
        StoredFile file = new StoredFile(this, place.path());
        files.add(file);
        MovingWriter writer = new MovingWriter(this, file, place);
        if (closed) { // meanwhile, perhaps before the file was known
            writer.close();
            requireOpen();
        }
        return writer;
    }

    void requireOpen() {
        if (closed) {
            throw new LocalDiskException("The local disk in " + directories + " is closed: its executor has ended");
        }
    }

    /** Begins to look for a place for a file: those that failed lately come last. */
    PlaceSearch search(String name, long bytesWritten) {
        Instant now = clock.instant();
        int turn = (int) Math.floorMod(created.get(), (long) directories.size());
        Deque<ExecutorDirectory> order = new ArrayDeque<>();
        Deque<ExecutorDirectory> last = new ArrayDeque<>();
        for (int i = 0; i < directories.size(); i++) {
            ExecutorDirectory next = directories.get((turn + i) % directories.size());
            (next.rests(now) ? last : order).add(next);
        }
        order.addAll(last);
        return new PlaceSearch(name, bytesWritten, order, failed -> failed.restUntil(now.plus(REST)));
    }

    String nameOf(StoredFile file) {
        return String.valueOf(file.path().getFileName());
    }

    FileLayer layer() {
        return layer;
    }

    DiskSpace space() {
        return space;
    }

    // ---------------------------------------------------------------- deleting

    /** Deletes a file, now or, if that fails, later. */
    void delete(StoredFile file) {
        leaving.incrementAndGet();
        if (files.remove(file)) {
            delete(new Rest(file.path(), file.bytes()));
            return;
        }
        leaving.decrementAndGet();
        if (closed) {
            closeDirectories(); // what was open may not have been deleted
        }
    }

    /** Has a file deleted by another thread. */
    void deleteSoon(StoredFile file) {
        leaving.incrementAndGet();
        if (!files.remove(file)) {
            leaving.decrementAndGet();
            return;
        }
        rests.add(new Rest(file.path(), file.bytes()));
        try {
            deleting.execute(this::deleteRests);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // no thread to be had: whoever begins a file, or closes the disk, deletes it
        }
    }

    /** Drops a file that nobody knows of. */
    void discard(Place place) {
        leaving.incrementAndGet();
        try {
            place.file().close();
        } catch (IOException e) {
            // what was written there is not wanted any more
        } finally {
            delete(new Rest(place.path(), 0));
        }
    }

    private boolean delete(Rest rest) {
        try {
            layer.delete(rest.path());
        } catch (IOException e) { // not the fault of whoever has no more use for it
            rests.add(rest);
            return false;
        }
        space.give(rest.bytes());
        leaving.decrementAndGet();
        return true;
    }

    /** Deletes what is due, once another thread that is at it has done so; returns whether anything was. */
    boolean deleteRests() {
        boolean any = false;
        deletion.lock();
        try {
            for (int due = rests.size(); due > 0; due--) {
                Rest rest = rests.poll();
                any |= rest != null && delete(rest);
            }
        } finally {
            deletion.unlock();
        }
        return any;
    }

    /**
     * Counts bytes that are about to be written.
     *
     * @throws LocalDiskException if there would be too many, even without what is to be deleted
     */
    void take(StoredFile file, int bytes) {
        if (!space.mayTake(bytes)) {
            deleteRests();
            space.take(file.toString(), bytes);
        }
    }

    @Override
    public DiskUsage usage() {
        return gone ? DiskUsage.NONE : new DiskUsage(files.size() + leaving.get(), space.used());
    }

    @Override
    public void closeSoon() {
        closed = true;
        try {
            deleting.execute(this::deleteAll); // what cannot be deleted stays counted, and whoever closes is told
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // no thread to be had: whoever closes the disk deletes it
        }
    }

    @Override
    public void close() {
        closed = true;
        List<IOException> failures = deleteAll();
        if (!failures.isEmpty()) {
            LocalDiskException failure = new LocalDiskException(
                    "Cannot delete all files in " + directories + ": " + failures.get(0)
                            + ". The next JVM of this user that writes there will try again.",
                    failures.get(0));
            failures.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private List<IOException> deleteAll() {
        for (StoredFile file : files) {
            delete(file);
        }
        List<IOException> failures = closeDirectories();
        if (failures.isEmpty()) {
            gone = true;
        }
        return failures;
    }

    private List<IOException> closeDirectories() {
        List<IOException> failures = new ArrayList<>(0);
        for (ExecutorDirectory directory : directories) {
            try {
                directory.close();
            } catch (IOException e) { // the others are to be closed, too
                failures.add(e);
            }
        }
        return failures;
    }
}
