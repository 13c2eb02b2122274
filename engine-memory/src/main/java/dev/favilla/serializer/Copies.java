package dev.favilla.serializer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;

/**
 * Copies by Java serialization, for the few values that the user gives once and every task changes, such as the zero of
 * an aggregation.
 *
 * <p><b>Failures.</b> What cannot be written or read is a {@link SerializationException} that says which value it was.
 */
public final class Copies {

    private Copies() {}

    /**
     * Writes a value.
     *
     * @param what how errors name it, for example {@code the zero value of fold at Report.java:12}
     * @throws SerializationException if it, or anything it refers to, is not serializable
     */
    public static byte[] toBytes(Object serializable, String what) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(serializable);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new SerializationException(
                    "Cannot serialize " + what + " of "
                            + serializable.getClass().getName() + ": " + e
                            + ". Make it and all it refers to implement java.io.Serializable.",
                    e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a value that {@link #toBytes} wrote in this JVM; its classes are found from the thread's context class
     * loader.
     *
     * @throws SerializationException if it cannot be read back
     */
    public static Object fromBytes(byte[] bytes) {
        try (ObjectInputStream in = new ContextObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError e) {
            throw new SerializationException("Cannot read back a serialized value: " + e, e);
        }
    }

    /** Finds the user's classes where the engine sits in a class loader above theirs. */
    private static final class ContextObjectInputStream extends ObjectInputStream {

        ContextObjectInputStream(ByteArrayInputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            if (loader != null) {
                try {
                    return Class.forName(description.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    return super.resolveClass(description); // primitives, and what only our own loader sees
                }
            }
            return super.resolveClass(description);
        }
    }
}
