package dev.favilla.serializer;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Records by Kryo. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class KryoSerializer implements Serializer {

    public KryoSerializer(List<KryoRegistration> registrations) {}

    @Override
    public RecordOutput open(OutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RecordInput open(InputStream in) {
        throw new UnsupportedOperationException();
    }
}
