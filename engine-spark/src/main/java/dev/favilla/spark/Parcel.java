package dev.favilla.spark;

import dev.favilla.serializer.NamedClasses;
import dev.favilla.serializer.Serializer;
import dev.favilla.spi.RemoteExecutor;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values as bytes of the engine's own serializer, on their way between processes, with the names of the classes in them.
 * Immutable.
 */
final class Parcel implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String[] classes;
    private final int count;
    private final byte[] bytes;

    private Parcel(List<String> classes, int count, byte[] bytes) {
        this.classes = classes.toArray(String[]::new);
        this.count = count;
        this.bytes = bytes;
    }

    /** @throws dev.favilla.serializer.SerializationException if a value cannot be written */
    static Parcel of(List<? extends @Nullable Object> values, RemoteExecutor executor) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = executor.serializer().open(bytes)) {
            values.forEach(out::write);
        }
        return new Parcel(executor.classes().names(), values.size(), bytes.toByteArray());
    }

    /** Returns bytes that were written with the serializer of {@code executor} before. */
    static Parcel ofBytes(byte[] bytes, RemoteExecutor executor) {
        return new Parcel(executor.classes().names(), 0, bytes);
    }

    /** Returns copies of the values. */
    List<@Nullable Object> open(RemoteExecutor executor) {
        byte[] own = learn(executor);
        List<@Nullable Object> values = new ArrayList<>(count);
        try (Serializer.RecordInput in = executor.serializer().open(own, 0, own.length)) {
            for (int i = 0; i < count; i++) {
                values.add(in.read());
            }
        }
        return values;
    }

    /** Returns the bytes, once the classes in them are known to {@code executor}. */
    byte[] learn(RemoteExecutor executor) {
        executor.classes().learn(List.of(classes), loader());
        return bytes;
    }

    /** Spark has a loader for what it was sent. */
    static NamedClasses.Finder loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : Parcel.class.getClassLoader();
        return name -> Class.forName(name, false, loader);
    }
}
