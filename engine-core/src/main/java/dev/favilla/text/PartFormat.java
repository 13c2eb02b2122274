package dev.favilla.text;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.ImmutableValue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** How records become the bytes of a part file. Immutable. */
public interface PartFormat extends ImmutableValue, Serializable {

    /** Returns what the names of part files end with, before the suffix of a codec; for example {@code .csv}. */
    default String suffix() {
        return "";
    }

    /**
     * Begins a file.
     *
     * @param scope of the attempt that writes it
     */
    RecordWriter open(OutputStream out, TaskScope scope) throws IOException;

    /** Writes the records of one part file. */
    interface RecordWriter {

        /**
         * Adds a record.
         *
         * @throws IOException if the file cannot be written; what is wrong with the record is any other exception
         */
        void write(@Nullable Object record) throws IOException;

        /** Writes what is left. The stream stays open. */
        void finish() throws IOException;
    }
}
