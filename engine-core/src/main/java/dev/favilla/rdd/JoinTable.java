package dev.favilla.rdd;

import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Sink;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.serializer.SizeEstimator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of each key of one side of a join, in the order they came, held in accounted memory. */
final class JoinTable extends Sink {

    private static final int RECORDS_PER_RESERVATION = 1024;

    /** A map node, its slot, and a list with its array: what a key costs beside its own size. */
    private static final long BYTES_PER_KEY = 120;

    private final EntryExtractor entries;
    private final MemoryAccount memory;
    private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
    private final Map<@Nullable Object, List<@Nullable Object>> values = new HashMap<>();

    private long records;
    private long reservedBytes;

    JoinTable(EntryExtractor entries, MemoryAccount memory) {
        this.entries = entries;
        this.memory = memory;
    }

    @Override
    public boolean push(@Nullable Object record) {
        values.computeIfAbsent(entries.key(record), key -> new ArrayList<>(1)).add(entries.value(record));
        sampler.add(record);
        if (++records % RECORDS_PER_RESERVATION == 0) {
            reserve();
        }
        return true;
    }

    @Override
    public void end() {
        reserve();
    }

    private void reserve() {
        long bytes = sampler.bytes() + values.size() * BYTES_PER_KEY;
        if (bytes > reservedBytes) {
            memory.require(bytes - reservedBytes);
            reservedBytes = bytes;
        }
    }

    List<@Nullable Object> matches(@Nullable Object key) {
        return values.getOrDefault(key, List.of());
    }

    /** Forgets everything and gives the memory back. Closing twice is harmless. */
    void close() {
        values.clear();
        memory.release(reservedBytes);
        reservedBytes = 0;
    }
}
