package dev.favilla.storage;

import dev.favilla.disk.DiskFile;
import dev.favilla.disk.DiskWriter;
import dev.favilla.disk.LocalDiskException;
import java.io.OutputStream;

/**
 * A block on its way to disk. It remembers whether the disk failed, because a serializer in between may take that for
 * a failure of its own. Closed before it is finished, it vanishes. Belongs to one thread.
 */
final class BlockFile extends OutputStream {

    private final DiskWriter file;
    private boolean failed;

    BlockFile(DiskWriter file) {
        this.file = file;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            file.write(bytes, offset, length);
        } catch (LocalDiskException e) {
            failed = true;
            throw e;
        }
    }

    /** Returns whether the disk did not take what was written. */
    boolean failed() {
        return failed;
    }

    /** Says that all is written. */
    DiskFile finish() {
        return file.finish();
    }

    @Override
    public void close() {
        file.close();
    }
}
