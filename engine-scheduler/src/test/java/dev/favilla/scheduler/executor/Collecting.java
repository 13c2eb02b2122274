package dev.favilla.scheduler.executor;

import dev.favilla.lineage.Sink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a pipeline: keeps up to a number of records, and counts what it is told. */
final class Collecting extends Sink {

    final List<Object> records = new ArrayList<>();
    private final int limit;
    int pushedAfterFalse;
    int ended;

    Collecting(int limit) {
        this.limit = limit;
    }

    static Collecting all() {
        return new Collecting(Integer.MAX_VALUE);
    }

    @Override
    public boolean push(@Nullable Object record) {
        if (records.size() >= limit) {
            pushedAfterFalse++;
            return false;
        }
        records.add(record);
        return records.size() < limit;
    }

    @Override
    public void end() {
        ended++;
    }
}
