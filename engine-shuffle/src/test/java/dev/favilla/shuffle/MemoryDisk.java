package dev.favilla.shuffle;

import dev.favilla.disk.DiskFile;
import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.DiskWriter;
import dev.favilla.disk.LocalDisk;
import dev.favilla.disk.LocalDiskException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A local disk that is none: it fails when it is told to, and tells what was done to it. */
public final class MemoryDisk implements LocalDisk {

    /** Writes so far. */
    public final AtomicInteger writes = new AtomicInteger();

    /** Bytes written so far. */
    public final AtomicLong written = new AtomicLong();

    /** Files begun so far. */
    public final AtomicInteger created = new AtomicInteger();

    /** The number of the write that fails, and all after it. */
    public volatile int firstFailure = Integer.MAX_VALUE;

    /** What happens to bytes that are read. */
    public volatile UnaryOperator<byte[]> reading = UnaryOperator.identity();

    private final Set<Stored> files = ConcurrentHashMap.newKeySet();

    @Override
    public DiskWriter create(String purpose) {
        created.incrementAndGet();
        Stored file = new Stored();
        files.add(file);
        return new Writer(file);
    }

    @Override
    public DiskUsage usage() {
        return new DiskUsage(
                files.size(),
                files.stream().mapToLong(file -> file.bytes.length).sum());
    }

    /** Deletes every file behind its owner's back. */
    public void loseAll() {
        files.clear();
    }

    @Override
    public void close() {
        files.clear();
    }

    private final class Stored implements DiskFile {

        private volatile byte[] bytes = {};

        @Override
        public long bytes() {
            return bytes.length;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (!files.contains(this)) {
                throw new LocalDiskException("the file was deleted", null);
            }
            return new ByteArrayInputStream(
                    reading.apply(Arrays.copyOfRange(bytes, (int) offset, (int) (offset + length))));
        }

        @Override
        public void delete() {
            files.remove(this);
        }
    }

    private final class Writer extends DiskWriter {

        private final Stored file;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private boolean finished;

        Writer(Stored file) {
            this.file = file;
        }

        @Override
        public long position() {
            return out.size();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (writes.incrementAndGet() >= firstFailure) {
                throw new LocalDiskException("No room for " + length + " bytes in a test's disk", null);
            }
            out.write(bytes, offset, length);
            written.addAndGet(length);
        }

        @Override
        public DiskFile finish() {
            finished = true;
            file.bytes = out.toByteArray();
            return file;
        }

        @Override
        public void close() {
            if (!finished) {
                finished = true;
                file.delete();
            }
        }
    }
}
