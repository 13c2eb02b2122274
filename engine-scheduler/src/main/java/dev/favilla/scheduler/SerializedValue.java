package dev.favilla.scheduler;

import dev.favilla.frame.BlockFrame;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value as bytes, on its way between an isolated executor and the driver. Whoever reads it gets a copy of its own. */
public final class SerializedValue implements Serializable {

    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private final int offset;
    private final int length;

    private SerializedValue(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
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
        byte[] all = bytes.toByteArray();
        return new SerializedValue(all, 0, all.length);
    }

    /** Returns the value as it has come over {@code way}, which is given all its bytes. */
    public SerializedValue over(Way way) throws Exception {
        byte[] all = length == bytes.length ? bytes : Arrays.copyOfRange(bytes, offset, offset + length);
        BlockFrame.Payload come = way.bring(all);
        return new SerializedValue(come.bytes(), come.offset(), come.length());
    }

    /** Brings bytes from one executor to another. */
    @FunctionalInterface
    public interface Way {

        /** Returns what has come of {@code bytes}. */
        BlockFrame.Payload bring(byte[] bytes) throws Exception;
    }

    /** Returns how many bytes there are. */
    public int size() {
        return length;
    }

    /**
     * Returns a copy of the value. Runs user code where the user's classes have some for it.
     *
     * @throws dev.favilla.serializer.SerializationException if it cannot be read
     */
    public @Nullable Object read(Serializer serializer) {
        try (Serializer.RecordInput in = serializer.open(bytes, offset, length)) {
            return in.read();
        }
    }

    /** Returns {@code value}, or what it stands for if it is encoded. */
    public static @Nullable Object plain(@Nullable Object value, Serializer serializer) {
        return value instanceof SerializedValue encoded ? encoded.read(serializer) : value;
    }

    @Override
    public String toString() {
        return "a value of " + length + " bytes";
    }
}
