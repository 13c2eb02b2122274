package dev.favilla;

import dev.favilla.lineage.EntryExtractor;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.EntryFormat;
import org.jspecify.annotations.Nullable;

/** Pairs, as the engine below takes them apart and makes them. */
enum PairFormat implements EntryFormat {
    PAIRS;

    /** Whole records as keys, without values: what {@code distinct} shuffles. */
    static final EntryExtractor RECORD_AS_KEY = WholeRecords.KEYS;

    /** Keys alone as records: what {@code distinct} reads. */
    static final EntryBuilder KEY_AS_RECORD = WholeRecords.KEYS;

    @Override
    public @Nullable Object key(@Nullable Object record) {
        return pair(record).key();
    }

    @Override
    public @Nullable Object value(@Nullable Object record) {
        return pair(record).value();
    }

    @Override
    public Object record(@Nullable Object key, @Nullable Object value) {
        return new Pair<>(key, value);
    }

    private enum WholeRecords implements EntryFormat {
        KEYS;

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return record;
        }

        @Override
        public @Nullable Object value(@Nullable Object record) {
            return null;
        }

        @Override
        public @Nullable Object record(@Nullable Object key, @Nullable Object value) {
            return key;
        }
    }

    private static Pair<?, ?> pair(@Nullable Object record) {
        if (record == null) {
            throw new NullPointerException("a dataset of pairs holds a null instead of a pair");
        }
        return (Pair<?, ?>) record;
    }
}
