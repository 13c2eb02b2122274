package dev.favilla.spill;

import dev.favilla.serializer.Serializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records of a run, in the order they were written; new objects each time. Gives back what it holds after the last. */
public final class RunReader implements Iterator<@Nullable Object>, AutoCloseable {

    private final RunStore store;
    private final Serializer.RecordInput in;
    private final InputStream bytes;
    private long left;

    RunReader(RunStore store, Serializer.RecordInput in, InputStream bytes, long records) {
        this.store = store;
        this.in = in;
        this.bytes = bytes;
        this.left = records;
        store.opened(this);
        if (records == 0) {
            close();
        }
    }

    @Override
    public boolean hasNext() {
        return left > 0;
    }

    @Override
    public @Nullable Object next() {
        if (left == 0) {
            throw new NoSuchElementException("All records of this run were read");
        }
        Object record = in.read();
        if (--left == 0) {
            close();
        }
        return record;
    }

    /** Ends reading early; closing twice is harmless. */
    @Override
    public void close() {
        left = 0;
        store.forget(this);
        try {
            in.close();
        } finally {
            close(bytes);
        }
    }

    static void close(InputStream bytes) {
        try {
            bytes.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close a run", e);
        }
    }
}
