package dev.favilla.storage;

import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/** Some of a block's records, one behind the other, in an array that nobody changes. */
public sealed interface RecordChunk {

    /** Returns how many there are. */
    int size();

    /** Returns the record at {@code place}. */
    @Nullable
    Object get(int place);

    /** Numbers of one kind, which become objects when they are read. */
    final class Numbers implements RecordChunk {

        private final Primitive kind;
        private final long[] bits;

        Numbers(Primitive kind, long[] bits) {
            this.kind = kind;
            this.bits = bits;
        }

        /** Returns what the numbers are. */
        public Primitive kind() {
            return kind;
        }

        /** Returns their bits, not to be changed. */
        public long[] bits() {
            return bits;
        }

        @Override
        public int size() {
            return bits.length;
        }

        @Override
        public Object get(int place) {
            return kind.box(bits[place]);
        }
    }

    /** Any records. */
    final class References implements RecordChunk {

        private final @Nullable Object[] records;

        References(@Nullable Object[] records) {
            this.records = records;
        }

        /** Returns the records, not to be changed. */
        public @Nullable Object[] records() {
            return records;
        }

        @Override
        public int size() {
            return records.length;
        }

        @Override
        public @Nullable Object get(int place) {
            return records[place];
        }
    }
}
