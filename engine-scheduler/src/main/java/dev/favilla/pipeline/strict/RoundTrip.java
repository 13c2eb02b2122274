package dev.favilla.pipeline.strict;

import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.CapturePath;
import dev.favilla.value.PlatformTypes;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes records and reads them back, as if they had gone to another executor. Belongs to one attempt.
 *
 * <p>Whether a record has come back as it was, is asked of its {@code equals}, and of nobody if that says nothing: two
 * copies of the same bytes that are equal to each other and not to the record show that something was lost.
 */
final class RoundTrip {

    /** What is longer is not read back: strict mode is for samples. */
    private static final int MOST_BYTES = 4 << 20;

    private final Serializer serializer;

    RoundTrip(Serializer serializer) {
        this.serializer = serializer;
    }

    /**
     * Returns the copy of a record; null if it is too long.
     *
     * @throws SerializationException if it cannot be written or read
     * @throws Changed if it does not come back equal
     */
    @Nullable
    Copy of(Object record) {
        Bytes bytes = write(record);
        if (bytes.isFull()) {
            return null;
        }
        Object copy = read(bytes);
        if (copy != null && !equal(record, copy) && isLost(record, copy, bytes)) {
            Object culprit = innermost(record);
            throw new Changed(
                    CapturePath.to(record, culprit), culprit.getClass().getName());
        }
        return new Copy(copy, bytes.size());
    }

    private Bytes write(Object record) {
        Bytes bytes = new Bytes();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(record);
        } catch (SerializationException e) {
            if (!bytes.isFull()) {
                throw e;
            }
        }
        return bytes;
    }

    private @Nullable Object read(Bytes bytes) {
        try (Serializer.RecordInput in = bytes.open(serializer)) {
            return in.read();
        }
    }

    /** Returns whether two values are equal, as far as they can be asked. */
    static boolean equal(Object left, @Nullable Object right) {
        try {
            return left.equals(right);
        } catch (RuntimeException | StackOverflowError e) { // the user's
            return false;
        }
    }

    @SuppressWarnings("SelfEquals") // written by the user, it may say no: then it says nothing about copies
    private boolean isLost(Object record, Object copy, Bytes bytes) {
        return equal(record, record) && equal(copy, read(bytes));
    }

    /** What contains a value that changes is changed itself. */
    private Object innermost(Object changed) {
        Set<Object> met = Collections.newSetFromMap(new IdentityHashMap<>()); // of a cycle, any will do
        Object culprit = changed;
        Object inside = changed;
        while (inside != null && met.add(inside)) {
            culprit = inside;
            inside = CapturePath.firstInside(culprit, this::changes);
        }
        return culprit;
    }

    private boolean changes(Object part) {
        if (PlatformTypes.isPlatform(part.getClass()) || part.getClass().isArray()) {
            return false;
        }
        try {
            Bytes bytes = write(part);
            Object copy = bytes.isFull() ? null : read(bytes);
            return copy != null && !equal(part, copy) && isLost(part, copy, bytes);
        } catch (SerializationException e) {
            return false; // only as a part of what was written
        }
    }

    /**
     * A record that has come back.
     *
     * @param record null if it has become nothing
     * @param bytes how long it was on the way
     */
    record Copy(@Nullable Object record, int bytes) {}

    /** A record does not come back equal. Ends the trip; whoever knows where it was says more. */
    static final class Changed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String path;
        private final String type;

        Changed(String path, String type) {
            super(path, null, false, false);
            this.path = path;
            this.type = type;
        }

        /** Returns the way from the record to what changes. */
        String path() {
            return path;
        }

        /** Returns the class of what changes. */
        String type() {
            return type;
        }
    }

    /** Takes so many bytes and no more. */
    private static final class Bytes extends OutputStream {

        private final Buffer buffer = new Buffer();
        private boolean full;

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (full || buffer.size() + (long) length > MOST_BYTES) {
                full = true;
                return;
            }
            buffer.write(bytes, offset, length);
        }

        boolean isFull() {
            return full;
        }

        int size() {
            return buffer.size();
        }

        Serializer.RecordInput open(Serializer serializer) {
            return serializer.open(buffer.array(), 0, buffer.size());
        }
    }

    private static final class Buffer extends ByteArrayOutputStream {

        byte[] array() {
            return buf;
        }
    }
}
