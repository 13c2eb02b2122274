package dev.favilla.serializer;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The one stream through which an attempt serializes its records, wherever each of them goes: many places would else need a
 * stream each, and streams are dear. Opened with the first record.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
public final class RecordStream implements AutoCloseable {

    private final Serializer serializer;
    private final Switch target = new Switch();
    private Serializer.@Nullable RecordOutput out;

    /** @param serializer of the records */
    public RecordStream(Serializer serializer) {
        this.serializer = serializer;
    }

    /** Returns where records are written that go to {@code place}; to be flushed after the last of them. */
    public Serializer.RecordOutput to(OutputStream place) {
        Serializer.RecordOutput open = out;
        if (open == null) {
            open = serializer.open(target);
            out = open;
        }
        target.to = place;
        return open;
    }

    /** Returns whether it holds what an open stream does. */
    public boolean isOpen() {
        return out != null;
    }

    /** Gives the serializer back; closing twice is harmless. */
    @Override
    public void close() {
        Serializer.RecordOutput open = out;
        out = null;
        target.to = OutputStream.nullOutputStream(); // what a failed record has left behind goes nowhere
        if (open != null) {
            open.close();
        }
    }

    /** Writes to whoever is next. */
    private static final class Switch extends OutputStream {

        private OutputStream to = OutputStream.nullOutputStream();

        @Override
        public void write(int b) throws IOException {
            to.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            to.write(bytes, offset, length);
        }
    }
}
