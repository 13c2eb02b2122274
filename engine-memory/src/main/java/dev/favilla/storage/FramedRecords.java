package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordInput;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Serialized records of a verified frame, for one reader: each time they are read they are new objects. */
final class FramedRecords implements CachedBlock {

    private final BlockFrame.Payload payload;
    private final PublishedBlock summary;
    private final Serializer serializer;
    private final TaskScope scope;
    private final Runnable unreadable;

    /** @param unreadable called when a record cannot be deserialized */
    FramedRecords(
            BlockFrame.Payload payload,
            PublishedBlock summary,
            Serializer serializer,
            TaskScope scope,
            Runnable unreadable) {
        this.payload = payload;
        this.summary = summary;
        this.serializer = serializer;
        this.scope = scope;
        this.unreadable = unreadable;
    }

    @Override
    public Iterator<@Nullable Object> records() {
        RecordInput in = serializer.open(payload.bytes(), payload.offset(), payload.length());
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
            } catch (SerializationException e) {
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
