package dev.favilla.io;

import java.io.Serializable;
import java.util.List;

/**
 * One part of a source, which becomes one partition: a range of keys, a file, a shard. Says where its records are, and
 * does not hold them. Captured when the source is listed; every attempt that reads it gets it as it was then.
 */
public interface Split extends Serializable {

    /**
     * Returns the names of the executors where this is best read, the best first; empty if any will do. Asked once, when
     * the source is listed. Names that no executor has are ignored.
     */
    default List<String> preferredExecutors() {
        return List.of();
    }
}
