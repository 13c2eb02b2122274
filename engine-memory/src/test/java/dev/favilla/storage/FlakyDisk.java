package dev.favilla.storage;

import dev.favilla.disk.DiskFile;
import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.DiskWriter;
import dev.favilla.disk.LocalDisk;
import dev.favilla.disk.LocalDiskException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Local disk space in memory that can be full, lose files, and damage them. */
final class FlakyDisk implements LocalDisk {

    private final Set<Stored> files = ConcurrentHashMap.newKeySet();
    private final Set<Object> begun = ConcurrentHashMap.newKeySet();

    /** How many bytes a file may have. */
    volatile long room = Long.MAX_VALUE;

    volatile boolean full;

    void loseAll() {
        files.forEach(file -> file.lost = true);
    }

    /** Changes a byte so far from the beginning of each file. */
    void damageAll(int offset) {
        files.forEach(file -> file.bytes[offset] ^= 1);
    }

    @Override
    public DiskWriter create(String purpose) {
        if (full) {
            throw new LocalDiskException("no room for a file", null);
        }
        return new Writer();
    }

    @Override
    public DiskUsage usage() {
        return new DiskUsage(
                files.size() + begun.size(),
                files.stream().mapToLong(DiskFile::bytes).sum());
    }

    @Override
    public void close() {
        files.clear();
    }

    private final class Writer extends DiskWriter {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Writer() {
            begun.add(this);
        }

        @Override
        public long position() {
            return bytes.size();
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            if (bytes.size() + length > room) {
                throw new LocalDiskException("no room for " + length + " B", null);
            }
            bytes.write(from, offset, length);
        }

        @Override
        public DiskFile finish() {
            begun.remove(this);
            Stored file = new Stored(bytes.toByteArray());
            files.add(file);
            return file;
        }

        @Override
        public void close() {
            begun.remove(this);
        }
    }

    private final class Stored implements DiskFile {

        private final byte[] bytes;
        private volatile boolean lost;

        Stored(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes.length;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (lost || !files.contains(this)) {
                throw new LocalDiskException("the file is gone", null);
            }
            return new ByteArrayInputStream(bytes, (int) offset, (int) length);
        }

        @Override
        public void delete() {
            files.remove(this);
        }
    }
}
