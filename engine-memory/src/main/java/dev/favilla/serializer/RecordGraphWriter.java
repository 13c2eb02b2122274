package dev.favilla.serializer;

import dev.favilla.value.SerialForm;
import java.io.IOException;

/**
 * Writes what records consist of by Java serialization: refuses what is no data. Used once, by one thread.
 */
class RecordGraphWriter extends GraphWriter {

    private final Object root;

    RecordGraphWriter(Object root, ClassNumbers classes) throws IOException {
        super(classes);
        this.root = root;
    }

    /**
     * Returns {@code root} as bytes.
     *
     * @throws RecordFailures.Unserializable if that cannot be done
     */
    static byte[] write(Object root, ClassNumbers classes) {
        try {
            return new RecordGraphWriter(root, classes).write();
        } catch (IOException e) {
            throw new IllegalStateException("A stream into memory could not be opened", e);
        }
    }

    /** Writes the root, and ends. */
    final byte[] write() {
        try {
            writeObject(root);
            return finishBytes();
        } catch (RecordFailures.Unserializable | SerializationException | VirtualMachineError e) {
            throw e;
        } catch (Throwable t) { // writeObject of the user's classes may throw anything, undeclared checked ones too
            throw RecordFailures.byJava(root, culprit(t), t);
        }
    }

    @Override
    protected Object replace(Object object) throws IOException {
        RecordFailures.requireData(object);
        requireReadable(object);
        return object;
    }

    /** Refuses what could be written and not read back. */
    final void requireReadable(Object object) {
        String unreadable = SerialForm.of(object.getClass()).whyUnreadable();
        if (unreadable != null) {
            throw RecordFailures.unreadable(object, unreadable);
        }
    }
}
