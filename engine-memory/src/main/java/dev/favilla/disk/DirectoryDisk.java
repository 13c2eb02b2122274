package dev.favilla.disk;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Local disk space in a directory of its own, which is made with the first file. */
public final class DirectoryDisk implements LocalDisk {

    private final Path parent;
    private final AtomicLong nextName = new AtomicLong();
    private final Set<Stored> files = ConcurrentHashMap.newKeySet();
    private @Nullable Path directory;
    private volatile boolean closed;

    /** @param parent where the directory is made */
    public DirectoryDisk(String parent) {
        this.parent = Path.of(parent);
    }

    @Override
    public DiskWriter create(String purpose) {
        Path path = directory().resolve(purpose + "-" + nextName.getAndIncrement());
        try {
            Stored file = new Stored(Files.createFile(path));
            files.add(file);
            return new Writer(file, new RandomAccessFile(path.toFile(), "rw"));
        } catch (IOException e) {
            throw new LocalDiskException("Cannot create a file in " + directory, e);
        }
    }

    private synchronized Path directory() {
        if (closed) {
            throw new LocalDiskException("The local disk in " + parent + " is closed", null);
        }
        Path made = directory;
        if (made == null) {
            try {
                made = Files.createTempDirectory(parent, "favilla-");
            } catch (IOException e) {
                throw new LocalDiskException("Cannot make a directory in " + parent, e);
            }
            directory = made;
        }
        return made;
    }

    @Override
    public DiskUsage usage() {
        return new DiskUsage(
                files.size(), files.stream().mapToLong(file -> file.bytes).sum());
    }

    @Override
    public synchronized void close() {
        closed = true;
        Path made = directory;
        directory = null;
        files.clear();
        if (made != null) {
            deleteAll(made);
        }
    }

    private static void deleteAll(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException error)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new LocalDiskException("Cannot delete " + directory, e);
        }
    }

    private final class Stored implements DiskFile {

        private final Path path;
        private volatile long bytes;

        Stored(Path path) {
            this.path = path;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, bytes);
            try {
                RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
                file.seek(offset);
                return new Part(file, length);
            } catch (FileNotFoundException e) {
                throw new LocalDiskException(path + " was deleted", e);
            } catch (IOException e) {
                throw new LocalDiskException("Cannot read " + path, e);
            }
        }

        @Override
        public void delete() {
            try {
                if (files.remove(this)) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException e) {
                throw new LocalDiskException("Cannot delete " + path, e);
            }
        }
    }

    private static final class Writer extends DiskWriter {

        private final Stored file;
        private final RandomAccessFile out;
        private long position;
        private boolean finished;

        Writer(Stored file, RandomAccessFile out) {
            this.file = file;
            this.out = out;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                out.write(bytes, offset, length);
                position += length;
                file.bytes = position;
            } catch (IOException e) {
                throw new LocalDiskException("Cannot write " + file.path, e);
            }
        }

        @Override
        public DiskFile finish() {
            finished = true;
            closeFile();
            return file;
        }

        @Override
        public void close() {
            if (!finished) {
                finished = true;
                closeFile();
                file.delete();
            }
        }

        private void closeFile() {
            try {
                out.close();
            } catch (IOException e) {
                throw new LocalDiskException("Cannot write " + file.path, e);
            }
        }
    }

    /** A stretch of a file. */
    private static final class Part extends InputStream {

        private final RandomAccessFile file;
        private long left;

        Part(RandomAccessFile file, long length) {
            this.file = file;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int read = left == 0 ? -1 : file.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
