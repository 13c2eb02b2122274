package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records by Kryo, prepared so that what Java programs use as records just works: user classes without registration,
 * records, enums, immutable and wrapped collections, exceptions. What Kryo cannot do and Java serialization can goes
 * that way. References within one record are kept, so graphs and cycles come back as they were.
 *
 * <p><b>Threads.</b> Any thread may open streams. A stream has a Kryo of its own until it is closed; Kryos are kept for
 * later streams.
 *
 * <p><b>Failures.</b> {@link SerializationException} names the class and what to change; when the stream below breaks
 * it is {@link UncheckedIOException}. A stream that failed is finished: nothing more is written to it or read from it.
 *
 * <p>Bytes are read by a serializer with the same registrations, in the same version of the classes. Kryo trusts what
 * it reads: verify a {@link BlockFrame} first.
 */
public final class KryoSerializer implements Serializer {

    private static final int BUFFER_BYTES = 4096;
    private static final int FIRST_JDK_THAT_WARNS = 24;

    private final Supplier<PreparedKryo> make;
    private final Queue<PreparedKryo> idle = new ConcurrentLinkedQueue<>();

    /**
     * @param registrations asked in order for each Kryo that is made, after what the engine registers itself
     */
    public KryoSerializer(List<KryoRegistration> registrations) {
        // Kryo reads the property when its classes load, and its use of Unsafe makes later JDKs print a warning.
        if (Runtime.version().feature() >= FIRST_JDK_THAT_WARNS && System.getProperty("kryo.unsafe") == null) {
            System.setProperty("kryo.unsafe", "false");
        }
        List<KryoRegistration> fixed = List.copyOf(registrations);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : KryoSerializer.class.getClassLoader();
        this.make = () -> new PreparedKryo(fixed, loader);
    }

    @Override
    public RecordOutput open(OutputStream out) {
        return new KryoOutput(borrow(), new Output(out, BUFFER_BYTES));
    }

    @Override
    public RecordInput open(InputStream in) {
        return new KryoInput(borrow(), new Input(in, BUFFER_BYTES));
    }

    private PreparedKryo borrow() {
        PreparedKryo kryo = idle.poll();
        return kryo != null ? kryo : make.get();
    }

    /** Returns the exception to throw for what went wrong with {@code record}, or with one not yet known. */
    private static RuntimeException failure(String doing, @Nullable Object record, Throwable cause) {
        if (cause instanceof SerializationException told) {
            return told;
        }
        if (cause.getCause() instanceof IOException broken) {
            return new UncheckedIOException("Cannot " + doing + " a stream of records: " + broken, broken);
        }
        String what =
                record == null ? "a record" : "a record of " + record.getClass().getName();
        String remedy = cause instanceof StackOverflowError
                ? " Its objects are nested too deeply; keep long chains in a List or an array instead."
                : " Make the class a record, or give it readable fields, or let it and all it refers to implement"
                        + " java.io.Serializable, or register a Kryo serializer for it.";
        return new SerializationException("Cannot " + doing + " " + what + ": " + cause + "." + remedy, cause);
    }

    /** What both kinds of streams do with their Kryo: use it alone, and give it back once, if it is still sound. */
    private abstract class KryoStream implements AutoCloseable {

        private @Nullable PreparedKryo kryo;
        private final AutoCloseable under;
        private boolean closed;

        KryoStream(PreparedKryo kryo, AutoCloseable under) {
            this.kryo = kryo;
            this.under = under;
        }

        PreparedKryo kryo() {
            if (kryo == null) {
                throw new IllegalStateException("The stream was closed or has failed before");
            }
            return kryo;
        }

        /** What is half done inside stays there, so nobody may get this Kryo again. */
        void discard() {
            kryo = null;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            if (kryo != null) {
                idle.add(kryo);
                kryo = null;
            }
            try {
                under.close();
            } catch (Exception e) {
                throw failure("finish", null, e);
            }
        }
    }

    private final class KryoOutput extends KryoStream implements RecordOutput {

        private final Output out;

        KryoOutput(PreparedKryo kryo, Output out) {
            super(kryo, out);
            this.out = out;
        }

        @Override
        public void write(@Nullable Object record) {
            PreparedKryo kryo = kryo();
            boolean written = false;
            try {
                kryo.writeClassAndObject(out, record);
                written = true;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                throw failure("write", record, e);
            } finally {
                if (!written) {
                    discard();
                }
            }
        }
    }

    private final class KryoInput extends KryoStream implements RecordInput {

        private final Input in;

        KryoInput(PreparedKryo kryo, Input in) {
            super(kryo, in);
            this.in = in;
        }

        @Override
        public @Nullable Object read() {
            PreparedKryo kryo = kryo();
            boolean read = false;
            try {
                Object record = kryo.readClassAndObject(in);
                read = true;
                return record;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                throw failure("read", null, e);
            } finally {
                if (!read) {
                    discard();
                }
            }
        }
    }
}
