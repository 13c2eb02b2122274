package dev.favilla.text.record;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a component of a record holds. */
sealed interface ValueType {

    /** Returns whether there may be none: null, or an empty optional. */
    default boolean mayBeAbsent() {
        return true;
    }

    /** Returns what stands for none. */
    default @Nullable Object absent() {
        return null;
    }

    /** Returns what should be there, in words. */
    String expected();

    /** One text. */
    record One(Scalar scalar, boolean mayBeAbsent) implements ValueType {

        @Override
        public String expected() {
            return scalar.expected();
        }
    }

    /** An optional of something. */
    record OptionalOf(ValueType value) implements ValueType {

        @Override
        public Object absent() {
            return Optional.empty();
        }

        @Override
        public String expected() {
            return value.expected() + ", or nothing";
        }
    }

    /** A list, in JSON only. */
    record ListOf(ValueType element) implements ValueType {

        @Override
        public String expected() {
            return "a list";
        }
    }

    /** A map by texts, in JSON only. */
    record MapOf(ValueType value) implements ValueType {

        @Override
        public String expected() {
            return "an object";
        }
    }

    /** A record, in JSON only. */
    record RecordOf(RecordSchema schema) implements ValueType {

        @Override
        public String expected() {
            return "an object with the members of " + schema.type().getSimpleName();
        }

        /** Without the schema, which may hold this. */
        @Override
        public String toString() {
            return "RecordOf[" + schema.type().getName() + "]";
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof RecordOf other && schema == other.schema;
        }

        @Override
        public int hashCode() {
            return schema.type().hashCode();
        }
    }
}
