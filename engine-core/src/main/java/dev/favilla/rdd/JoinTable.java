package dev.favilla.rdd;

import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Sink;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The values of each key of one side of a join, in the order they came, held in accounted memory. */
final class JoinTable extends Sink {

    private final EntryExtractor entries;
    private final UnaryOperator<@Nullable Object> own;
    private final HeldRecords held;
    private final Map<@Nullable Object, List<@Nullable Object>> values = new HashMap<>();

    /** @param own makes a key or a value one that nobody else can change */
    JoinTable(EntryExtractor entries, UnaryOperator<@Nullable Object> own, MemoryAccount memory) {
        this.entries = entries;
        this.own = own;
        this.held = new HeldRecords(memory);
    }

    @Override
    public boolean push(@Nullable Object record) {
        Object key = entries.key(record);
        List<@Nullable Object> known = values.get(key);
        if (known == null) {
            StableHash.requireKey(key);
            known = new ArrayList<>(1);
            values.put(own.apply(key), known);
        }
        known.add(own.apply(entries.value(record)));
        held.add(record);
        return true;
    }

    @Override
    public void end() {
        held.charge();
    }

    /** Returns the values of {@code key}, empty if it has none. */
    List<@Nullable Object> matches(@Nullable Object key) {
        List<@Nullable Object> known = values.get(key);
        if (known == null) {
            StableHash.requireKey(key);
            return List.of();
        }
        return known;
    }

    /** Forgets everything and gives the memory back. Closing twice is harmless. */
    void close() {
        values.clear();
        held.release();
    }
}
