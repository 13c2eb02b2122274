package dev.favilla.serializer;

import java.io.Serializable;
import java.util.List;

/**
 * An object and all it refers to, as they were when a {@link GraphWriter} wrote them: bytes of Java serialization, and
 * the classes that the bytes name by number. What is read from it has exactly these classes, whichever loaders they
 * have.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class ObjectGraph implements Serializable {

    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private final List<Class<?>> classes;

    ObjectGraph(byte[] bytes, List<Class<?>> classes) {
        this.bytes = bytes;
        this.classes = List.copyOf(classes);
    }

    /** Returns how many bytes there are. */
    public int size() {
        return bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    List<Class<?>> classes() {
        return classes;
    }

    @Override
    public String toString() {
        return "an object graph of " + bytes.length + " bytes";
    }
}
