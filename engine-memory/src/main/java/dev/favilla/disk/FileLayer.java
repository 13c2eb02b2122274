package dev.favilla.disk;

import dev.favilla.fault.FaultInjector;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What local disk space asks of a file system, so that tests can have each of it fail. May be used from any thread.
 *
 * <p><b>Interrupts.</b> Closes nothing when a thread is interrupted: what one thread reads, others may read, too.
 */
public interface FileLayer {

    /** The file system of this machine. */
    static FileLayer system() {
        return new SystemFiles();
    }

    /** Returns these files as an executor has them in whose reading, writing and deleting a test kit may step in. */
    default FileLayer with(FaultInjector injector, String executor) {
        return new InjectedFiles(this, injector, executor);
    }

    /** Makes a directory that is there for nobody but its owner, from the beginning. Fails if anything has its name. */
    void makeDirectory(Path directory) throws IOException;

    /** Makes and opens a file that is there for nobody but its owner. Fails if anything has its name, even a link. */
    OpenFile create(Path file) throws IOException;

    /** Opens a file to be read. */
    OpenFile open(Path file) throws IOException;

    /** Deletes a file, a link or an empty directory, if it is there. */
    void delete(Path path) throws IOException;

    /** Returns how many more bytes could be written to a directory. */
    long usableBytes(Path directory) throws IOException;

    /** An open file. Belongs to one thread. */
    interface OpenFile extends Closeable {

        long length() throws IOException;

        /** Returns how many bytes were read, at least one; -1 at the end of the file. */
        int read(long position, byte[] bytes, int offset, int length) throws IOException;

        /** Writes all bytes or fails, when some may have been written. */
        void write(long position, byte[] bytes, int offset, int length) throws IOException;
    }
}
