package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.DamagedBlockException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Records by Kryo, prepared so that what Java programs use as records just works: user classes without registration,
 * records, enums, immutable and wrapped collections, exceptions. Classes that have a say in their Java serialization, and
 * those that only it can write, go that way. References within one record are kept, so graphs and cycles come back as
 * they were. What would come back changed is refused.
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

    private final List<KryoRegistration> registrations;
    private final ClassLoader loader;
    private final ClassTable classes;
    private final FirstUse firstUse = new FirstUse(new Checking());
    private final Queue<Workplace> idle = new ConcurrentLinkedQueue<>();

    /**
     * @param registrations asked in order for each Kryo that is made, after what the engine registers itself
     */
    public KryoSerializer(List<KryoRegistration> registrations) {
        this(registrations, List.of());
    }

    private KryoSerializer(List<KryoRegistration> registrations, List<Class<?>> known) {
        this(registrations, new ClassTable(known));
    }

    private KryoSerializer(List<KryoRegistration> registrations, ClassTable table) {
        // Kryo reads the property when its classes load, and its use of Unsafe makes later JDKs print a warning.
        if (Runtime.version().feature() >= FIRST_JDK_THAT_WARNS && System.getProperty("kryo.unsafe") == null) {
            System.setProperty("kryo.unsafe", "false");
        }
        this.registrations = List.copyOf(registrations);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        this.loader = context != null ? context : KryoSerializer.class.getClassLoader();
        this.classes = table;
    }

    @Override
    public RecordOutput open(OutputStream out) {
        Workplace place = borrow();
        place.output.setOutputStream(out);
        return new KryoOutput(place, out);
    }

    @Override
    public RecordInput open(InputStream in) {
        Workplace place = borrow();
        place.input.readFrom(in);
        return new KryoInput(place, in);
    }

    @Override
    public RecordInput open(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Workplace place = borrow();
        place.input.readFrom(bytes, offset, length);
        return new KryoInput(place, () -> {});
    }

    @Override
    public boolean writesFields(Class<?> type) {
        Workplace place = borrow();
        boolean fields = place.kryo.writesFields(type);
        idle.add(place);
        return fields;
    }

    @Override
    public PortableSerializer portable(List<Class<?>> known) {
        KryoSerializer other = new KryoSerializer(registrations, known);
        Workplace place = other.borrow();
        String form = "kryo with " + PortableSerializer.digestOf(place.kryo.registered());
        other.idle.add(place);
        return new PortableSerializer(form, other, other.classes::numbered);
    }

    @Override
    public Serializer numberedBy(NamedClasses names) {
        KryoSerializer other = new KryoSerializer(registrations, names);
        other.idle.add(other.borrow()); // numbers what is registered, before any name is learned
        return other;
    }

    private Workplace borrow() {
        Workplace place = idle.poll();
        return place != null ? place : new Workplace(newKryo(firstUse));
    }

    /** Kryo's classes load with the first one: many jobs need none. */
    private PreparedKryo newKryo(@Nullable FirstUse check) {
        return new PreparedKryo(registrations, loader, classes, check);
    }

    /** A Kryo with its buffers: used by one stream after the other, never by two. */
    private static final class Workplace {

        final PreparedKryo kryo;
        final Output output = new RecordBuffer(BUFFER_BYTES);
        final GuardedInput input = new GuardedInput();

        Workplace(PreparedKryo kryo) {
            this.kryo = kryo;
        }
    }

    /** Copies values that were never copied before, as the streams would. */
    private final class Checking implements FirstUse.Copier {

        /** What is longer is not worth the time. */
        private static final int MOST_BYTES = 1 << 20;

        private final Queue<PreparedKryo> kryos = new ConcurrentLinkedQueue<>();

        @Override
        public byte[] write(Object value) {
            PreparedKryo kryo = borrow();
            Output output = new Output(BUFFER_BYTES, MOST_BYTES);
            kryo.writeClassAndObject(output, value);
            kryos.add(kryo); // after a failure it would not be sound
            return output.toBytes();
        }

        @Override
        public @Nullable Object read(byte[] bytes) {
            PreparedKryo kryo = borrow();
            GuardedInput input = new GuardedInput();
            input.readFrom(bytes, 0, bytes.length);
            Object value = kryo.readClassAndObject(input);
            kryos.add(kryo);
            return value;
        }

        private PreparedKryo borrow() {
            PreparedKryo kryo = kryos.poll();
            return kryo != null ? kryo : newKryo(null);
        }
    }

    /** Returns the exception to throw for what went wrong with {@code record}, or with one not yet known. */
    private static RuntimeException failure(String doing, @Nullable Object record, Throwable cause) {
        for (Throwable t = cause; t != null && t != t.getCause(); t = t.getCause()) {
            if (t instanceof SerializationException
                    || t instanceof DamagedBlockException
                    || t instanceof LocalDiskException) {
                return (RuntimeException) t;
            }
            if (t instanceof RecordFailures.Unserializable found) {
                return RecordFailures.notWritten(record, found);
            }
        }
        if (cause.getCause() instanceof IOException broken) {
            return new UncheckedIOException("Cannot " + doing + " a stream of records: " + broken, broken);
        }
        return doing.equals("read")
                ? new SerializationException(
                        "Cannot read a record: " + cause + ". Were the bytes written by this serializer, with the same"
                                + " registrations and versions of the classes?",
                        cause)
                : RecordFailures.notWritten(record, cause);
    }

    /** What both kinds of streams do with their workplace: use it alone, and give it back once, if it is still sound. */
    private abstract class KryoStream implements AutoCloseable {

        private @Nullable Workplace place;
        private final AutoCloseable under;
        private boolean closed;

        KryoStream(Workplace place, AutoCloseable under) {
            this.place = place;
            this.under = under;
        }

        Workplace place() {
            if (place == null) {
                throw new IllegalStateException("The stream was closed or has failed before");
            }
            return place;
        }

        /** What is half done inside stays there, so nobody may get this Kryo again. */
        void discard() {
            place = null;
        }

        /** Does what is left to do before the stream below is closed. */
        abstract void finish(Workplace sound);

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            Workplace sound = place;
            place = null;
            try {
                try {
                    if (sound != null) {
                        finish(sound);
                        idle.add(sound);
                    }
                } finally {
                    under.close();
                }
            } catch (Exception e) {
                throw failure("finish", null, e);
            }
        }
    }

    private final class KryoOutput extends KryoStream implements RecordOutput {

        KryoOutput(Workplace place, OutputStream out) {
            super(place, out);
        }

        @Override
        public void write(@Nullable Object record) {
            Workplace place = place();
            boolean written = false;
            try {
                place.kryo.writeClassAndObject(place.output, record);
                written = true;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                throw failure("write", record, e);
            } finally {
                if (!written) {
                    discard();
                }
            }
        }

        @Override
        public void flush() {
            Workplace place = place();
            boolean flushed = false;
            try {
                place.output.flush();
                flushed = true;
            } catch (RuntimeException e) {
                throw failure("write", null, e);
            } finally {
                if (!flushed) {
                    discard();
                }
            }
        }

        @Override
        void finish(Workplace sound) {
            sound.output.flush();
            sound.output.setOutputStream(OutputStream.nullOutputStream());
        }
    }

    private final class KryoInput extends KryoStream implements RecordInput {

        KryoInput(Workplace place, AutoCloseable in) {
            super(place, in);
        }

        @Override
        public @Nullable Object read() {
            Workplace place = place();
            boolean read = false;
            try {
                Object record = place.kryo.readClassAndObject(place.input);
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

        @Override
        void finish(Workplace sound) {
            sound.input.forget();
        }
    }
}
