package dev.favilla.disk;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The files of this machine. Not through channels, which an interrupt closes for all who use them. */
final class SystemFiles implements FileLayer {

    private static final String DIRECTORY = "rwx------";
    private static final String FILE = "rw-------";

    @Override
    public void makeDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, permissions(views(directory), DIRECTORY));
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        Files.createFile(file, forOwner(file));
        try {
            return new Opened(new RandomAccessFile(file.toFile(), "rw"));
        } catch (IOException | RuntimeException | Error e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        try {
            return new Opened(new RandomAccessFile(file.toFile(), "r"));
        } catch (FileNotFoundException e) { // is thrown also for a file that is there
            if (Files.notExists(file)) {
                throw new NoSuchFileException(file.toString());
            }
            throw e;
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Returns the attributes of a file for nobody but its owner. */
    static FileAttribute<?>[] forOwner(Path file) {
        return permissions(views(file), FILE);
    }

    private static Set<String> views(Path path) {
        return path.getFileSystem().supportedFileAttributeViews();
    }

    /** A file system that knows no such permissions has directories of users apart from each other. */
    static FileAttribute<?>[] permissions(Set<String> views, String permissions) {
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static final class Opened implements OpenFile {

        private final RandomAccessFile file;
        private long next;

        Opened(RandomAccessFile file) {
            this.file = file;
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) throws IOException {
            turnTo(position);
            int read = file.read(bytes, offset, length);
            next += Math.max(0, read);
            return read;
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            turnTo(position);
            next = -1; // until all is written
            file.write(bytes, offset, length);
            next = position + length;
        }

        private void turnTo(long position) throws IOException {
            if (next != position) {
                next = -1;
                file.seek(position);
                next = position;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
