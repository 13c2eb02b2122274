package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/** Writes what Kryo cannot by Java serialization: its length, then its bytes. */
final class JavaFallbackSerializer extends Serializer<Object> {

    @Override
    public void write(Kryo kryo, Output output, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new RecordFailures.Unserializable(value.getClass(), e);
        }
        output.writeInt(bytes.size(), true);
        output.writeBytes(bytes.toByteArray());
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
        int length = input.readInt(true);
        try {
            // Grows with what is there: a wrong length allocates nothing.
            byte[] bytes = input.readNBytes(length);
            try (ObjectInputStream in = new JavaRecordSerializer.LoaderInput(bytes, kryo.getClassLoader())) {
                return in.readObject();
            }
        } catch (IOException | ClassNotFoundException | IllegalArgumentException e) {
            throw new SerializationException("Cannot read a value written by Java serialization: " + e, e);
        }
    }
}
