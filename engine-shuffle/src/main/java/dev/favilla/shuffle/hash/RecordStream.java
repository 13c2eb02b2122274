package dev.favilla.shuffle.hash;

import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The one stream through which a map attempt serializes its records, whatever reducer they are for. It passes on each
 * record at once, to where that record belongs. Opened with the first one.
 */
final class RecordStream implements AutoCloseable {

    /** What an open stream is taken to hold. */
    static final long OPEN_BYTES = 16 << 10;

    private final Serializer serializer;
    private final Switch target = new Switch();
    private Serializer.@Nullable RecordOutput out;

    RecordStream(Serializer serializer) {
        this.serializer = serializer;
    }

    /** Appends a record to {@code bytes}. */
    void write(@Nullable Object key, @Nullable Object value, ByteArrayOutputStream bytes) {
        Serializer.RecordOutput to = out;
        if (to == null) {
            to = serializer.open(target);
            out = to;
        }
        target.to = bytes;
        to.write(key);
        to.write(value);
        to.flush();
    }

    long heldBytes() {
        return out == null ? 0 : OPEN_BYTES;
    }

    /** Gives the serializer back; closing twice is harmless. */
    @Override
    public void close() {
        Serializer.RecordOutput open = out;
        out = null;
        target.to = new ByteArrayOutputStream(0); // what a failed record has left behind goes nowhere
        if (open != null) {
            open.close();
        }
    }

    /** Writes to whoever is next. */
    private static final class Switch extends OutputStream {

        private ByteArrayOutputStream to = new ByteArrayOutputStream(0);

        @Override
        public void write(int b) {
            to.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            to.write(bytes, offset, length);
        }
    }
}
