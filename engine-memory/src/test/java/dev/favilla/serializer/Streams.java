package dev.favilla.serializer;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Records through a serializer and back. */
final class Streams {

    private Streams() {}

    /** Returns a new serializer by Kryo and a new one by Java serialization. */
    static List<Serializer> both() {
        return List.of(new KryoSerializer(List.of()), new JavaRecordSerializer());
    }

    static Object copy(Serializer serializer, Object record) {
        return read(serializer, write(serializer, record));
    }

    static byte[] write(Serializer serializer, Object record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(record);
        }
        return bytes.toByteArray();
    }

    static Object read(Serializer serializer, byte[] bytes) {
        try (Serializer.RecordInput in = serializer.open(bytes, 0, bytes.length)) {
            return in.read();
        }
    }
}
