package dev.favilla.rdd;

import dev.favilla.lineage.HoldsRecords;
import dev.favilla.scheduler.SerializedValue;
import dev.favilla.serializer.Copies;
import dev.favilla.serializer.ObjectGraph;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.Immutability;
import dev.favilla.value.ImmutableValue;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** The value that folds start from: whoever asks gets one that no other fold can change. */
public sealed interface ZeroValue extends ImmutableValue, Serializable {

    /** Returns the zero for one fold. */
    @Nullable
    Object fresh();

    /**
     * Prepares {@code value}: shared if it is deeply immutable, else copied by serialization each time.
     *
     * @param operation where the user passed it
     * @throws IllegalArgumentException if it has to be copied and cannot be serialized
     */
    static ZeroValue of(@Nullable Object value, String operation) {
        if (value == null || Immutability.isDeeplyImmutable(value)) {
            return new Shared(value);
        }
        try {
            return new Copied(Copies.write(value, "the zero value of " + operation));
        } catch (SerializationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** A zero that cannot change. It need not be {@link Serializable}, so it travels as a record does. */
    record Shared(@Nullable Object value) implements ZeroValue, HoldsRecords {

        @Override
        public @Nullable Object fresh() {
            return value;
        }

        @Override
        public Packed pack(Serializer records) {
            return new PackedZero(SerializedValue.of(value, records));
        }
    }

    /** A zero that cannot change, as bytes. */
    record PackedZero(SerializedValue value) implements HoldsRecords.Packed {

        @Override
        public long size() {
            return value.size();
        }

        @Override
        public ZeroValue unpack(Serializer records) {
            return new Shared(value.read(records));
        }
    }

    /** A zero that could be changed, kept as bytes. */
    final class Copied implements ZeroValue {

        private static final long serialVersionUID = 1L;

        private final ObjectGraph written;

        Copied(ObjectGraph written) {
            this.written = written;
        }

        @Override
        public Object fresh() {
            return Copies.read(written);
        }
    }
}
