package dev.favilla.lineage;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a pipeline: keeps up to a number of records, and counts what it is told. */
public final class Collecting extends Sink {

    public final List<Object> records = new ArrayList<>();
    private final int limit;
    public int pushedAfterFalse;
    public int ended;

    public Collecting(int limit) {
        this.limit = limit;
    }

    public static Collecting all() {
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
