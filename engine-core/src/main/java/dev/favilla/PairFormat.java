package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.EntryFormat;
import org.jspecify.annotations.Nullable;

/**
 * Pairs, as the engine below takes them apart and makes them.
 *
 * @param operation the user's call that needs pairs, for errors
 */
record PairFormat(String operation) implements EntryFormat {

    /** Whole records as keys, without values: what {@code distinct} shuffles. */
    static final EntryExtractor RECORD_AS_KEY = WholeRecords.KEYS;

    /** Keys alone as records: what {@code distinct} reads. */
    static final EntryBuilder KEY_AS_RECORD = WholeRecords.KEYS;

    /** Values alone as records: what {@code repartition} reads. */
    static final EntryBuilder VALUE_AS_RECORD = OnlyValues.AS_RECORDS;

    static PairFormat of(CallSite site) {
        return new PairFormat(site.toString());
    }

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

    private Pair<?, ?> pair(@Nullable Object record) {
        if (record instanceof Pair<?, ?> pair) {
            return pair;
        }
        throw UserCode.failure(operation, UserCodeException.preview(record), notAPair(record));
    }

    private static RuntimeException notAPair(@Nullable Object record) {
        return record == null
                ? new NullPointerException(
                        "a dataset of pairs has null in the place of a pair. Filter it out before, as"
                                + " in filter(pair -> pair != null); a pair's key and value may be null")
                : new ClassCastException("a dataset of pairs has a "
                        + record.getClass().getName() + " in the place of a pair. Look for an unchecked cast");
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

    private enum OnlyValues implements EntryBuilder {
        AS_RECORDS;

        @Override
        public @Nullable Object record(@Nullable Object key, @Nullable Object value) {
            return value;
        }
    }
}
