package dev.favilla.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** A file on local disk, from its first byte on. Written by one thread, read and deleted by any. */
final class StoredFile implements DiskFile {

    private final DirectoryDisk disk;
    private volatile Path path;
    private volatile long bytes;

    StoredFile(DirectoryDisk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Notes that it lies elsewhere now. */
    void movedTo(Path elsewhere) {
        path = elsewhere;
    }

    /** Notes how much of it was written. */
    void grownTo(long length) {
        bytes = length;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public InputStream open(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, bytes);
        disk.requireOpen();
        FileLayer.OpenFile file = openFile();
        try {
            long there = file.length();
            if (there < offset + length) {
                file.close();
                throw cutShort(there);
            }
            return new StoredPart(this, file, offset, length);
        } catch (IOException e) {
            throw closing(file, cannotRead(e));
        }
    }

    FileLayer.OpenFile openFile() {
        try {
            return disk.layer().open(path);
        } catch (NoSuchFileException e) {
            throw new LocalDiskException(
                    "Cannot read " + path + ", which had " + bytes + " bytes: it was deleted. Is something tidying up "
                            + path.getParent() + "? Name another place in " + DiskSettings.DIRECTORIES_KEY + ".",
                    e);
        } catch (IOException e) {
            throw cannotRead(e);
        }
    }

    private static LocalDiskException closing(FileLayer.OpenFile file, LocalDiskException failure) {
        try {
            file.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    LocalDiskException cannotRead(IOException cause) {
        return new LocalDiskException("Cannot read " + path + " of " + bytes + " bytes: " + cause, cause);
    }

    LocalDiskException cutShort(long there) {
        return new LocalDiskException(
                "Cannot read " + path + ": " + bytes + " bytes were written, and only " + there + " are left");
    }

    @Override
    public void delete() {
        disk.delete(this);
    }

    @Override
    public void deleteSoon() {
        disk.deleteSoon(this);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
