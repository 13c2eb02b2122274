package dev.favilla.spill;

import dev.favilla.disk.DiskFile;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import java.io.InputStream;

/** A finished run. May be read more than once, until it is deleted. */
public final class Run {

    private final RunStore store;
    private final DiskFile file;
    private final BlockHeader header;

    Run(RunStore store, DiskFile file, BlockHeader header) {
        this.store = store;
        this.file = file;
        this.header = header;
    }

    /** Returns how many records there are. */
    public long records() {
        return header.recordCount();
    }

    /** Returns how many bytes it takes on disk. */
    public long bytes() {
        return file.bytes();
    }

    /** Opens it at its beginning. A reader that is not closed before is closed when the attempt ends. */
    public RunReader open() {
        InputStream bytes = file.open();
        boolean opened = false;
        try {
            RunReader reader = new RunReader(
                    store,
                    store.serializer().open(BlockFrame.input(bytes, file.bytes(), header)),
                    bytes,
                    header.recordCount());
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                RunReader.close(bytes);
            }
        }
    }

    /** Deletes it; deleting twice is harmless. */
    public void delete() {
        store.forget(this);
        file.delete();
    }
}
