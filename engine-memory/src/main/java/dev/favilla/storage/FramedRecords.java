package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer.RecordInput;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serialized records of a frame, for one reader: each time they are read they are new objects. */
final class FramedRecords implements CachedBlock {

    private final Supplier<RecordInput> content;
    private final PublishedBlock summary;
    private final TaskScope scope;
    private final Runnable unreadable;

    /**
     * @param content opens the records, verified
     * @param unreadable called when a record cannot be read
     */
    FramedRecords(Supplier<RecordInput> content, PublishedBlock summary, TaskScope scope, Runnable unreadable) {
        this.content = content;
        this.summary = summary;
        this.scope = scope;
        this.unreadable = unreadable;
    }

    @Override
    public Iterator<@Nullable Object> records() {
        RecordInput in;
        try {
            in = content.get();
        } catch (LocalDiskException | DamagedBlockException | UncheckedIOException e) { // gone since it was found
            unreadable.run();
            throw e;
        }
        scope.onClose(in::close); // for a reader that stops early
        return new RecordIterator(in, recordCount(), unreadable);
    }

    @Override
    public long recordCount() {
        return summary.records();
    }

    @Override
    public PublishedBlock summary() {
        return summary;
    }

    private static final class RecordIterator implements Iterator<@Nullable Object> {

        private final RecordInput in;
        private final Runnable unreadable;
        private long left;

        RecordIterator(RecordInput in, long count, Runnable unreadable) {
            this.in = in;
            this.left = count;
            this.unreadable = unreadable;
            if (count == 0) {
                in.close();
            }
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public @Nullable Object next() {
            if (left == 0) {
                throw new NoSuchElementException("No more records in this block: hasNext() is false");
            }
            Object record;
            try {
                record = in.read();
            } catch (SerializationException | LocalDiskException | DamagedBlockException | UncheckedIOException e) {
                unreadable.run();
                throw e;
            }
            if (--left == 0) {
                in.close();
            }
            return record;
        }
    }
}
