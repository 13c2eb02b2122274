package dev.favilla.serializer;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into bytes and back. Implementations may be used from any thread; the streams they open belong to one.
 *
 * <p><b>Failures.</b> What cannot be written or read is a {@link SerializationException} that names the class and what
 * to change.
 */
public interface Serializer {

    /** Opens a stream of records over {@code out}. The last records are there only once it is closed. */
    RecordOutput open(OutputStream out);

    /** Opens the stream of records that was written to {@code in}. Give it verified bytes only. */
    RecordInput open(InputStream in);

    /** As {@link #open(InputStream)}, for bytes in memory. They are not written to, and several may read them at once. */
    default RecordInput open(byte[] bytes, int offset, int length) {
        return open(new ByteArrayInputStream(bytes, offset, length));
    }

    /**
     * Returns whether it writes what the fields of an instance of exactly {@code type} hold and makes an instance with the
     * same fields of it, so that those can as well be copied. "No" is always true.
     */
    default boolean writesFields(Class<?> type) {
        return false;
    }

    /**
     * Returns a serializer of this kind, with the same registrations, whose bytes do not depend on what this one has met.
     *
     * @param classes what it numbers first, in this order: for bytes to be read, those that the one which wrote them has
     *     numbered in the end
     * @throws UnsupportedOperationException if the bytes of this kind mean something to the one that wrote them only
     */
    default PortableSerializer portable(List<Class<?>> classes) {
        throw new UnsupportedOperationException(getClass().getName() + " writes what only itself can read");
    }

    /**
     * Returns a serializer of this kind, with the same registrations, whose bytes serializers in other processes can read
     * that were made the same way.
     *
     * @param names numbers its classes; no other serializer uses it
     * @throws UnsupportedOperationException if the bytes of this kind mean something to the one that wrote them only
     */
    default Serializer numberedBy(NamedClasses names) {
        throw new UnsupportedOperationException(getClass().getName() + " writes what only itself can read");
    }

    /**
     * Writes records. Each stands for itself: its bytes can be moved, and read among others in any order, by the
     * serializer that wrote them.
     */
    interface RecordOutput extends AutoCloseable {

        void write(@Nullable Object record);

        /** Passes on all that was written, so that what is written next can go to another place. */
        void flush();

        @Override
        void close();
    }

    /** Reads records in the order they were written; the reader knows how many there are. */
    interface RecordInput extends AutoCloseable {

        @Nullable
        Object read();

        @Override
        void close();
    }
}
