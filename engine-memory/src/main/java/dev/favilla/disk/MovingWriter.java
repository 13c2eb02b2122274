package dev.favilla.disk;

import dev.favilla.disk.ExecutorDirectory.Place;
import java.io.IOException;
import java.util.Objects;

/** Writes a file, and goes on in another local directory with all it has written when the one it is in fails. */
final class MovingWriter extends DiskWriter {

    private static final int COPY_BYTES = 64 << 10;
    private static final byte[] NOTHING = {};

    private final DirectoryDisk disk;
    private final StoredFile stored;
    private Place place;
    private long position;
    private boolean ended;

    MovingWriter(DirectoryDisk disk, StoredFile stored, Place place) {
        this.disk = disk;
        this.stored = stored;
        this.place = place;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (ended) {
            throw new IllegalStateException(stored + " was finished or closed; nothing can be added to it");
        }
        disk.requireOpen();
        disk.take(stored, length);
        boolean written = false;
        try {
            put(bytes, offset, length);
            written = true;
        } finally {
            if (!written) {
                disk.space().give(length);
            }
        }
        position += length;
        stored.grownTo(position);
    }

    private void put(byte[] bytes, int offset, int length) {
        try {
            place.file().write(position, bytes, offset, length);
        } catch (IOException e) {
            if (!disk.deleteRests() || !isPut(e, bytes, offset, length)) {
                moveOn(failed(e), bytes, offset, length);
            }
        }
    }

    /** Tries again where room was made. */
    private boolean isPut(IOException before, byte[] bytes, int offset, int length) {
        try {
            place.file().write(position, bytes, offset, length);
            return true;
        } catch (IOException e) {
            before.addSuppressed(e);
            return false;
        }
    }

    private PlaceSearch failed(IOException reason) {
        PlaceSearch search = disk.search(disk.nameOf(stored), position);
        search.failed(place.directory(), reason);
        return search;
    }

    /** Goes on in the next directory that takes what was written and what is to be written now. */
    private void moveOn(PlaceSearch search, byte[] bytes, int offset, int length) {
        boolean moved = false;
        while (!moved) {
            disk.requireOpen();
            Place to = search.next();
            try {
                copyTo(to);
                to.file().write(position, bytes, offset, length);
                moved = true;
            } catch (IOException e) {
                search.failed(to.directory(), e);
            } finally {
                if (!moved) {
                    disk.discard(to);
                }
            }
            if (moved) {
                Place from = place;
                place = to;
                stored.movedTo(to.path());
                disk.discard(from);
            }
        }
    }

    private void copyTo(Place to) throws IOException {
        byte[] buffer = new byte[(int) Math.min(COPY_BYTES, position)];
        for (long copied = 0; copied < position; ) {
            int read = read(copied, buffer, (int) Math.min(buffer.length, position - copied));
            to.file().write(copied, buffer, 0, read);
            copied += read;
        }
    }

    private int read(long from, byte[] buffer, int length) {
        try {
            int read = place.file().read(from, buffer, 0, length);
            if (read <= 0) {
                throw stored.cutShort(from);
            }
            return read;
        } catch (IOException e) { // nothing is left of it that could go on elsewhere
            throw stored.cannotRead(e);
        }
    }

    @Override
    public DiskFile finish() {
        if (ended) {
            throw new IllegalStateException(stored + " was finished or closed before");
        }
        disk.requireOpen();
        PlaceSearch search = null;
        for (boolean closed = false; !closed; ) {
            try {
                place.file().close(); // some file systems tell only now that there was no room
                closed = true;
            } catch (IOException e) {
                if (search == null) {
                    search = failed(e);
                } else {
                    search.failed(place.directory(), e);
                }
                place = new Place(place.directory(), place.path(), stored.openFile());
                moveOn(search, NOTHING, 0, 0);
            }
        }
        ended = true;
        return stored;
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            try {
                place.file().close();
            } catch (IOException e) {
                // it is deleted anyway
            } finally {
                stored.delete();
            }
        }
    }
}
