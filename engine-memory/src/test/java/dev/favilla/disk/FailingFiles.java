package dev.favilla.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The real file system, but for what a test has fail in it. What is given out is counted, so that it can be missed. */
final class FailingFiles implements FileLayer {

    /** What is asked of a file system. */
    enum Operation {
        MAKE_DIRECTORY,
        CREATE,
        OPEN,
        READ,
        WRITE,
        CLOSE,
        DELETE
    }

    /**
     * Something that fails.
     *
     * @param operation which
     * @param under for files below this directory
     * @param from beginning with the operation of this number there, counted from 1
     * @param times how often
     */
    record Fault(Operation operation, Path under, long from, long times, AtomicLong seen) {

        boolean strikes(Operation done, Path path) {
            if (done != operation || !path.startsWith(under)) {
                return false;
            }
            long number = seen.incrementAndGet();
            return number >= from && number < from + times;
        }
    }

    private final FileLayer real = FileLayer.system();
    private final List<Fault> faults = new ArrayList<>();
    private final AtomicLong open = new AtomicLong();

    FailingFiles fail(Operation operation, Path under, long from, long times) throws IOException {
        faults.add(new Fault(operation, under.toRealPath(), from, times, new AtomicLong()));
        return this;
    }

    FailingFiles failAlways(Operation operation, Path under) throws IOException {
        return fail(operation, under, 1, Long.MAX_VALUE / 2);
    }

    void repair() {
        faults.clear();
    }

    /** Returns how many files were opened and not closed. */
    long open() {
        return open.get();
    }

    private void reach(Operation operation, Path path) throws IOException {
        for (Fault fault : faults) {
            if (fault.strikes(operation, path)) {
                throw new IOException(operation == Operation.WRITE ? "No space left on device" : "Input/output error");
            }
        }
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        reach(Operation.MAKE_DIRECTORY, directory);
        real.makeDirectory(directory);
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        reach(Operation.CREATE, file);
        return new Opened(file, real.create(file));
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        reach(Operation.OPEN, file);
        return new Opened(file, real.open(file));
    }

    @Override
    public void delete(Path path) throws IOException {
        reach(Operation.DELETE, path);
        real.delete(path);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return real.usableBytes(directory);
    }

    private final class Opened implements OpenFile {

        private final Path path;
        private final OpenFile file;
        private boolean closed;

        Opened(Path path, OpenFile file) {
            this.path = path;
            this.file = file;
            open.incrementAndGet();
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) throws IOException {
            reach(Operation.READ, path);
            return file.read(position, bytes, offset, length);
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            try {
                reach(Operation.WRITE, path);
            } catch (IOException e) {
                file.write(position, bytes, offset, length / 2); // as a disk that fills up does
                throw e;
            }
            file.write(position, bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
                file.close();
                reach(Operation.CLOSE, path);
            }
        }
    }
}
