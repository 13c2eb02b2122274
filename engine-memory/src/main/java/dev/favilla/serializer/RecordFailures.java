package dev.favilla.serializer;

import java.io.NotSerializableException;
import org.jspecify.annotations.Nullable;

/** What to say of a record that cannot be written: of which class it is, what in it is at fault, and what to change. */
final class RecordFailures {

    private static final String REMEDY = " Make the class a record, or give it readable fields, or let it and all it"
            + " refers to implement java.io.Serializable, or register a Kryo serializer for it.";

    private RecordFailures() {}

    /** Returns what to throw for a record that Kryo could not write. */
    static RuntimeException notWritten(@Nullable Object record, Throwable cause) {
        if (cause instanceof Unserializable found) {
            return notWritten(record, found.type, found.reason());
        }
        return notWritten(record, null, cause);
    }

    /** @param culprit the class of what in the record could not be written, if that is known */
    static SerializationException notWritten(@Nullable Object record, @Nullable Class<?> culprit, Throwable cause) {
        String what =
                record == null ? "a record" : "a record of " + record.getClass().getName();
        if (cause instanceof StackOverflowError) {
            return new SerializationException(
                    "Cannot write " + what + ": its objects are nested too deeply. Keep long chains in a List or an"
                            + " array instead.",
                    cause);
        }
        String path = pathTo(record, culprit, cause);
        String where = path == null ? "." : ", at " + path + ".";
        return new SerializationException("Cannot write " + what + ": " + cause + where + REMEDY, cause);
    }

    private static @Nullable String pathTo(@Nullable Object record, @Nullable Class<?> culprit, Throwable cause) {
        String name = culprit == null ? null : culprit.getName();
        if (cause instanceof NotSerializableException named) {
            name = named.getMessage();
        }
        if (record == null || name == null) {
            return null;
        }
        try {
            return CapturePath.toClass(record, name);
        } catch (RuntimeException | StackOverflowError e) {
            return null; // the search must not hide what it was for
        }
    }

    /** Kryo cannot write objects of this class, and Java serialization cannot either. */
    static final class Unserializable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Class<?> type;
        private final transient Throwable reason;

        Unserializable(Class<?> type, Throwable reason) {
            super(reason.toString(), reason);
            this.type = type;
            this.reason = reason;
        }

        private Throwable reason() {
            return reason;
        }
    }
}
