package dev.favilla.spill;

import dev.favilla.disk.DiskWriter;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A run being written. Closed before it is finished, it vanishes. */
public final class RunWriter implements AutoCloseable {

    private final RunStore store;
    private final BlockHeader header;
    private final DiskWriter file;
    private final FrameOutput frame;
    private long records;

    RunWriter(RunStore store, BlockHeader header, DiskWriter file, BlockFrame frames) {
        this.store = store;
        this.header = header;
        this.file = file;
        this.frame = frames.output(file, header);
    }

    /** Appends a record. */
    public void write(@Nullable Object record) {
        store.write(record, frame);
        records++;
    }

    /** Returns how many records were written. */
    public long records() {
        return records;
    }

    /** Says that all was written. */
    public Run finish() {
        try {
            frame.finish(records);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot finish " + header.blockId(), e);
        }
        Run run = new Run(
                store,
                file.finish(),
                new BlockHeader(header.blockId(), header.attemptId(), header.inputVersion(), records));
        store.finished(this, run);
        return run;
    }

    /** Drops what was written unless it was finished; closing twice is harmless. */
    @Override
    public void close() {
        store.forget(this);
        file.close();
    }
}
