package dev.favilla.shuffle.hash;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.shuffle.Combiner;
import dev.favilla.value.SizeEstimator;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Folds values, or accumulators, by key, and pays for what that takes. Entries are numbered in the order in which
 * their keys were first seen.
 *
 * <p>Entries leave by {@link #forget}. Until {@link #retain} has closed their gaps no key can be found.
 *
 * <p><b>Sharing.</b> The combiner may change an accumulator that it is given as its first argument. That is safe for
 * one received from a map output too: by reference only deeply immutable ones arrive, which nothing can change, so any
 * other is a copy that belongs to this attempt.
 */
final class Fold implements AutoCloseable {

    /** Changes between two looks at the account; a power of two. */
    private static final int CHANGES_PER_CHECK = 32;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final MemoryMeter memory;

    private AccumulatorTable table = new AccumulatorTable();
    private AccumulatorSizes accumulators = new AccumulatorSizes(table);
    private SizeEstimator.Sampler keys = new SizeEstimator.Sampler();
    private int changes;

    Fold(Combiner<@Nullable Object, @Nullable Object> combiner, MemoryAccount account) {
        this.combiner = combiner;
        memory = new MemoryMeter(account);
    }

    /** Returns the entry of {@code key}, or {@link AccumulatorTable#ABSENT}. */
    int find(@Nullable Object key, int hash) {
        return table.find(key, hash);
    }

    /** Starts an accumulator for a key that has none with its first value. */
    void create(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        insert(key, hash, combiner.create(value));
    }

    /** Starts with an accumulator for a key that has none. */
    void insert(@Nullable Object key, int hash, @Nullable Object accumulator) {
        if (table.isFull()) {
            memory.hold(bytes() + 2 * table.arrayBytes()); // old and new arrays, while one is copied to the other
        }
        int entry = table.size();
        table.insert(key, hash, accumulator);
        keys.add(key);
        accumulators.created(entry, accumulator);
        changed();
    }

    /** Folds a further value into an entry. */
    void add(int entry, @Nullable Object value) throws Exception {
        table.setAccumulator(entry, combiner.add(table.accumulator(entry), value));
        accumulators.folded(entry, value);
        changed();
    }

    /** Folds the accumulator of later rows into an entry. */
    void merge(int entry, @Nullable Object later) throws Exception {
        table.setAccumulator(entry, combiner.merge(table.accumulator(entry), later));
        accumulators.folded(entry, later);
        changed();
    }

    private void changed() {
        if ((++changes & (CHANGES_PER_CHECK - 1)) == 0) {
            memory.hold(bytes());
        }
    }

    private long bytes() {
        return table.arrayBytes() + keys.bytes() + accumulators.bytes();
    }

    int size() {
        return table.size();
    }

    @Nullable
    Object key(int entry) {
        return table.key(entry);
    }

    int hash(int entry) {
        return table.hash(entry);
    }

    @Nullable
    Object accumulator(int entry) {
        return table.accumulator(entry);
    }

    /** Lets go of an entry that was handed on. */
    void forget(int entry) {
        table.forget(entry);
    }

    /** Gives back about the memory of {@code forgotten} entries. */
    void release(int forgotten) {
        double left = (double) (table.size() - forgotten) / Math.max(1, table.size());
        memory.hold(table.arrayBytes() + (long) (left * (keys.bytes() + accumulators.bytes())));
    }

    /** Returns how many keys are slow to find, since their hashes are like those of others. */
    int crowdedKeys() {
        return table.crowdedKeys();
    }

    /** Goes on with {@code kept}, renumbered in their order; all other entries were forgotten. */
    void retain(BitSet kept) {
        table.retain(kept);
        accumulators.restart();
        keys = new SizeEstimator.Sampler();
        for (int entry = 0; entry < table.size(); entry++) {
            keys.add(table.key(entry));
        }
        memory.hold(bytes());
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        table = new AccumulatorTable();
        accumulators = new AccumulatorSizes(table);
        memory.close();
    }
}
