package dev.favilla.serializer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Records by Java serialization, for classes that rely on its rules, such as {@code readResolve}. Everything in a record
 * must be {@link java.io.Serializable}. Many times slower and longer than {@link KryoSerializer}: each record stands
 * alone, as its length and a stream of its own.
 *
 * <p><b>Threads.</b> May be used from any thread; a stream belongs to one.
 *
 * <p><b>Failures.</b> {@link SerializationException} names the class, the field path and what to change; when the
 * stream below breaks it is {@link UncheckedIOException}.
 */
public final class JavaRecordSerializer implements Serializer {

    private final ClassLoader loader;

    /** A serializer that finds classes where the calling thread does. */
    public JavaRecordSerializer() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        this.loader = context != null ? context : JavaRecordSerializer.class.getClassLoader();
    }

    @Override
    public RecordOutput open(OutputStream out) {
        return new JavaOutput(new DataOutputStream(out));
    }

    @Override
    public RecordInput open(InputStream in) {
        return new JavaInput(new DataInputStream(in));
    }

    private static final class JavaOutput implements RecordOutput {

        private final DataOutputStream out;

        JavaOutput(DataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(@Nullable Object record) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream objects = new ObjectOutputStream(bytes)) {
                objects.writeObject(record);
            } catch (IOException | RuntimeException | StackOverflowError e) {
                throw RecordFailures.notWritten(record, null, e);
            }
            try {
                out.writeInt(bytes.size());
                bytes.writeTo(out);
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
            try {
                int length = in.readInt();
                byte[] bytes = length < 0 ? new byte[0] : in.readNBytes(length); // no longer than what is there
                if (bytes.length != length) {
                    throw new SerializationException(
                            "A record of " + length + " bytes was announced, " + bytes.length
                                    + " are there; the bytes are no records of this serializer.",
                            null);
                }
                try (ObjectInputStream objects = new LoaderInput(bytes, loader)) {
                    return objects.readObject();
                }
            } catch (IOException | ClassNotFoundException | StackOverflowError e) {
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

    /** Finds the user's classes where the engine sits in a class loader above theirs. */
    static final class LoaderInput extends ObjectInputStream {

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
