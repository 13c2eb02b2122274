package dev.favilla.serializer;

import dev.favilla.attempt.TaskBound;
import dev.favilla.value.CapturePath;
import dev.favilla.value.DriverOnlySearch;
import java.io.NotSerializableException;
import org.jspecify.annotations.Nullable;

/** What to say of a record that cannot be written: of which class it is, what in it is at fault, and what to change. */
final class RecordFailures {

    static final String REMEDY = "Make the class a record, or give it readable fields, or let it and all it"
            + " refers to implement java.io.Serializable, or register a Kryo serializer for it.";

    private RecordFailures() {}

    /** Returns what to throw for a record that could not be written. */
    static SerializationException notWritten(@Nullable Object record, Throwable cause) {
        String what =
                record == null ? "a record" : "a record of " + record.getClass().getName();
        return notWritten(what, record, cause);
    }

    /** @param what how the message names the record */
    static SerializationException notWritten(String what, @Nullable Object record, Throwable cause) {
        if (cause instanceof StackOverflowError) {
            return new SerializationException(
                    "Cannot write " + what + ": its objects are nested too deeply. Keep long chains in a List or an"
                            + " array instead.",
                    cause);
        }
        if (cause instanceof Unserializable found) {
            return new SerializationException(
                    "Cannot write " + what + ": " + found.reason + ", at " + found.pathFrom(record) + ". "
                            + found.remedy,
                    found.getCause());
        }
        return new SerializationException("Cannot write " + what + ": " + described(cause) + ". " + REMEDY, cause);
    }

    /** An exception is the user's: it may throw when it is asked for its words. */
    static String described(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (RuntimeException | StackOverflowError e) {
            return thrown.getClass().getName();
        }
    }

    /** Refuses what exists outside of tasks only, or belongs to one, wherever in a record it is met. */
    static void requireData(Object object) {
        if (DriverOnlySearch.isDriverOnly(object.getClass())) {
            throw new Unserializable(
                    object,
                    object.getClass().getName() + " cannot be part of a record",
                    DriverOnlySearch.whyNotInTasks(object.getClass()),
                    null);
        }
        if (object instanceof TaskBound) {
            Class<?> named = object.getClass().getNestHost();
            throw new Unserializable(
                    object,
                    "a " + named.getName() + " is a handle for functions and cannot be part of a record",
                    "Capture it in the function that uses it, or put what it stands for into the record.",
                    null);
        }
    }

    /** @param why as a clause */
    static Unserializable unreadable(Object object, String why) {
        return new Unserializable(
                object,
                "a " + object.getClass().getName() + " could not be read back by Java serialization: " + why,
                REMEDY,
                null);
    }

    /** Something in a record cannot be written. Ends the writing; whoever knows the record says where it is. */
    static final class Unserializable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object culprit;
        private final String reason;
        private final String remedy;

        /**
         * @param culprit what cannot be written
         * @param reason why, as a clause
         * @param remedy what to do, in sentences
         */
        Unserializable(Object culprit, String reason, String remedy, @Nullable Throwable cause) {
            super(reason, cause);
            this.culprit = culprit;
            this.reason = reason;
            this.remedy = remedy;
        }

        private String pathFrom(@Nullable Object record) {
            if (record == null) {
                return culprit.getClass().getName();
            }
            try {
                return CapturePath.to(record, culprit);
            } catch (RuntimeException | StackOverflowError e) { // the search must not hide what it was for
                return culprit.getClass().getName();
            }
        }
    }

    /** Returns what was found by Java serialization, which names but a class, or says what the user's code threw. */
    static Unserializable byJava(Object root, @Nullable Object current, Throwable failure) {
        Object culprit = current == null ? root : current;
        if (failure instanceof NotSerializableException) {
            return new Unserializable(
                    culprit, culprit.getClass().getName() + " is not java.io.Serializable", REMEDY, failure);
        }
        return new Unserializable(
                culprit,
                "writing " + culprit.getClass().getName() + " by Java serialization threw " + described(failure),
                "Look at the writeObject, writeReplace or writeExternal of that class.",
                failure);
    }
}
