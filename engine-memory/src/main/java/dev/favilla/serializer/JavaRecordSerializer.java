package dev.favilla.serializer;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records by Java serialization, for classes that rely on its rules, such as {@code readResolve}. Everything in a record
 * must be {@link java.io.Serializable}. Many times slower and longer than {@link KryoSerializer}: each record stands
 * alone, as its length and a stream of its own. Classes are numbered, never named: whichever loader they have, they are
 * found again, by this serializer.
 *
 * <p><b>Threads.</b> May be used from any thread; a stream belongs to one.
 *
 * <p><b>Failures.</b> {@link SerializationException} names the class, the field path and what to change; when the
 * stream below breaks it is {@link UncheckedIOException}.
 */
public final class JavaRecordSerializer implements Serializer {

    /** No object is written in no bytes. */
    private static final byte[] NULL = {};

    private final ClassTable classes;
    private final FirstUse firstUse = new FirstUse(new Copying());

    public JavaRecordSerializer() {
        this(List.of());
    }

    private JavaRecordSerializer(List<Class<?>> known) {
        this(new ClassTable(known));
    }

    private JavaRecordSerializer(ClassTable classes) {
        this.classes = classes;
        classes.startAfter(0);
    }

    @Override
    public Serializer numberedBy(NamedClasses names) {
        return new JavaRecordSerializer(names);
    }

    @Override
    public PortableSerializer portable(List<Class<?>> known) {
        JavaRecordSerializer other = new JavaRecordSerializer(known);
        return new PortableSerializer("java", other, other.classes::numbered);
    }

    @Override
    public RecordOutput open(OutputStream out) {
        return new JavaOutput(new DataOutputStream(out));
    }

    @Override
    public RecordInput open(InputStream in) {
        return new JavaInput(new DataInputStream(in));
    }

    private byte[] toBytes(@Nullable Object record) {
        return record == null ? NULL : RecordGraphWriter.write(record, classes);
    }

    private @Nullable Object toObject(byte[] bytes) {
        if (bytes.length == NULL.length) {
            return null;
        }
        try (GraphReader objects = new GraphReader(bytes, classes)) {
            return objects.readObject();
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable t) { // readObject of the user's classes may throw anything, undeclared checked ones too
            throw new SerializationException(
                    "Cannot read a record: " + RecordFailures.described(t)
                            + ". Look at readObject, readResolve or readExternal of its classes, and at superclasses"
                            + " that are not serializable.",
                    t);
        }
    }

    /** Copies for the check of a class's first value. */
    private final class Copying implements FirstUse.Copier {

        @Override
        public byte[] write(Object value) {
            return toBytes(value);
        }

        @Override
        public @Nullable Object read(byte[] bytes) {
            return toObject(bytes);
        }
    }

    private final class JavaOutput implements RecordOutput {

        private final DataOutputStream out;

        JavaOutput(DataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(@Nullable Object record) {
            byte[] bytes;
            try {
                if (record != null) {
                    firstUse.check(record);
                }
                bytes = toBytes(record);
            } catch (RecordFailures.Unserializable | StackOverflowError e) {
                throw RecordFailures.notWritten(record, e);
            }
            try {
                out.writeInt(bytes.length);
                out.write(bytes);
            } catch (IOException e) {
                throw broken("write", e);
            }
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                throw broken("write", e);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                throw broken("finish", e);
            }
        }
    }

    private static UncheckedIOException broken(String doing, IOException e) {
        return new UncheckedIOException("Cannot " + doing + " a stream of records: " + e, e);
    }

    private final class JavaInput implements RecordInput {

        private final DataInputStream in;

        JavaInput(DataInputStream in) {
            this.in = in;
        }

        @Override
        public @Nullable Object read() {
            return toObject(next());
        }

        private byte[] next() {
            try {
                int length = in.readInt();
                byte[] bytes = length < 0 ? NULL : in.readNBytes(length); // no longer than what is there
                if (bytes.length != length) {
                    throw new SerializationException(
                            "A record of " + length + " bytes was announced, " + bytes.length
                                    + " are there; the bytes are no records of this serializer.",
                            null);
                }
                return bytes;
            } catch (IOException e) {
                throw new SerializationException("Cannot read a record: " + e, e);
            }
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw broken("finish", e);
            }
        }
    }
}
