package dev.favilla.disk;

import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import java.io.IOException;
import java.nio.file.Path;

/** Files in whose reading, writing and deleting a test kit may step in. What it throws is what the file system says. */
final class InjectedFiles implements FileLayer {

    private static final int NO_NUMBER = -1;

    private final FileLayer below;
    private final FaultInjector injector;
    private final String executor;

    InjectedFiles(FileLayer below, FaultInjector injector, String executor) {
        this.below = below;
        this.injector = injector;
        this.executor = executor;
    }

    private void reach(FaultSite site, Path path) throws IOException {
        try {
            injector.reach(new FaultPoint(
                    site, NO_NUMBER, NO_NUMBER, NO_NUMBER, NO_NUMBER, NO_NUMBER, executor, path.toString()));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.toString(), e);
        }
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        below.makeDirectory(directory);
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        return new Opened(file, below.create(file));
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        return new Opened(file, below.open(file));
    }

    @Override
    public void delete(Path path) throws IOException {
        reach(FaultSite.DISK_DELETE, path);
        below.delete(path);
    }

    @Override
    public long usableBytes(Path directory) throws IOException {
        return below.usableBytes(directory);
    }

    private final class Opened implements OpenFile {

        private final Path path;
        private final OpenFile file;

        Opened(Path path, OpenFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public int read(long position, byte[] bytes, int offset, int length) throws IOException {
            reach(FaultSite.DISK_READ, path);
            return file.read(position, bytes, offset, length);
        }

        @Override
        public void write(long position, byte[] bytes, int offset, int length) throws IOException {
            reach(FaultSite.DISK_WRITE, path);
            file.write(position, bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
