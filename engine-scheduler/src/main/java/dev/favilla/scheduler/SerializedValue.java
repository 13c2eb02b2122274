package dev.favilla.scheduler;

import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** A value as bytes, on its way between an isolated executor and the driver. Whoever reads it gets a copy of its own. */
public final class SerializedValue {

    private final byte[] bytes;

    private SerializedValue(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns {@code value} as bytes. Runs user code where the user's classes have some for it.
     *
     * @throws dev.favilla.serializer.SerializationException if it cannot be written
     */
    public static SerializedValue of(@Nullable Object value, Serializer serializer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(value);
        }
        return new SerializedValue(bytes.toByteArray());
    }

    /** Returns how many bytes there are. */
    public int size() {
        return bytes.length;
    }

    /**
     * Returns a copy of the value. Runs user code where the user's classes have some for it.
     *
     * @throws dev.favilla.serializer.SerializationException if it cannot be read
     */
    public @Nullable Object read(Serializer serializer) {
        try (Serializer.RecordInput in = serializer.open(bytes, 0, bytes.length)) {
            return in.read();
        }
    }

    /** Returns {@code value}, or what it stands for if it is encoded. */
    public static @Nullable Object plain(@Nullable Object value, Serializer serializer) {
        return value instanceof SerializedValue encoded ? encoded.read(serializer) : value;
    }

    @Override
    public String toString() {
        return "a value of " + bytes.length + " bytes";
    }
}
