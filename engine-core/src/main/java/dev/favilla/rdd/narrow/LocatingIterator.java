package dev.favilla.rdd.narrow;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.UserCode;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Says where an exception of the user's iterator comes from. */
public final class LocatingIterator implements Iterator<@Nullable Object> {

    private final LineageNode dataset;
    private final Iterator<?> records;

    /** @param dataset whose function has made {@code records} */
    public LocatingIterator(LineageNode dataset, Iterator<?> records) {
        this.dataset = dataset;
        this.records = records;
    }

    @Override
    public boolean hasNext() {
        try {
            return records.hasNext();
        } catch (RuntimeException | Error e) {
            throw UserCode.failure(dataset, e);
        }
    }

    @Override
    public @Nullable Object next() {
        try {
            return records.next();
        } catch (RuntimeException | Error e) {
            throw UserCode.failure(dataset, e);
        }
    }
}
