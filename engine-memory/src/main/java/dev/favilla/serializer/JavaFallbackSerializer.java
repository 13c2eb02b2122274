package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/** Writes what Kryo cannot by Java serialization: its length, then its bytes. */
final class JavaFallbackSerializer extends Serializer<Object> {

    @Override
    public void write(Kryo kryo, Output output, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new SerializationException(
                    "Cannot write a " + value.getClass().getName() + ", which only Java serialization could write: " + e
                            + ". Let it and all it refers to implement java.io.Serializable, use a record or a class"
                            + " of your own with readable fields instead, or register a Kryo serializer for it.",
                    e);
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
            try (ObjectInputStream in = new LoaderInput(bytes, kryo.getClassLoader())) {
                return in.readObject();
            }
        } catch (IOException | ClassNotFoundException | IllegalArgumentException e) {
            throw new SerializationException("Cannot read a value written by Java serialization: " + e, e);
        }
    }

    /** Finds classes where the Kryo beside it finds them. */
    private static final class LoaderInput extends ObjectInputStream {

        private final ClassLoader loader;

        LoaderInput(byte[] bytes, ClassLoader loader) throws IOException {
            super(new ByteArrayInputStream(bytes));
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description); // the names of primitive types
            }
        }
    }
}
