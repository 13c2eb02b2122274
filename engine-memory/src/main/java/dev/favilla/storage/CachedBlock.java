package dev.favilla.storage;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cached partition that is pinned while it is read. */
public interface CachedBlock {

    /** Returns the records in order. May be called more than once. */
    Iterator<@Nullable Object> records();

    /** Returns the records as they lie in arrays, in order; null where they are made one by one. */
    default @Nullable List<RecordChunk> chunks() {
        return null;
    }

    /** Returns what there is to say about the block. */
    PublishedBlock summary();

    /** Returns how many records there are. */
    long recordCount();
}
