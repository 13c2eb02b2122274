package dev.favilla.serializer;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.Immutability;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives an attempt records that nobody else can change: the record itself where its class is {@linkplain Immutability
 * proven} immutable, else a copy through the context's serializer, which is what it would be on a cluster.
 *
 * <p>Asked wherever the engine holds on to something that user code or a source could still change, or gives user code
 * something that it may change.
 *
 * <p><b>Cost.</b> What is proven immutable costs the proof, one or two nanoseconds for everyday classes. Arrays whose
 * elements cannot change are cloned; lists of such elements, and objects that the serializer writes field by field and
 * that hold nothing but such values and arrays, are copied. Only the rest is written and read back, through a stream that
 * stays open until the attempt ends. An attempt that copies nothing opens none.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> What cannot be copied is a {@link SerializationException} that names the class and what to change.
 */
public final class RecordCopier {

    private static final int FIRST_BUFFER = 256;

    /** A buffer that one huge record has made larger is not kept for the small ones. */
    private static final int LARGEST_KEPT_BUFFER = 1 << 20;

    private final Serializer serializer;

    /** The attempt at whose end the serializer is given back; null if that is nobody's concern. */
    private final @Nullable TaskScope scope;

    private final Immutability.Checker immutable = new Immutability.Checker();

    // What follows is null until something is copied, which most attempts never do.

    private Immutability.@Nullable Checker elements;

    /** What the classes met so far are copied by; null stands for bytes. */
    private @Nullable Map<Class<?>, @Nullable FlatCopy> flat;

    private @Nullable WrittenRecord buffer;
    private Serializer.@Nullable RecordOutput out;
    private boolean closesWithAttempt;

    /** One that belongs to no attempt. */
    RecordCopier(Serializer serializer) {
        this(serializer, null);
    }

    private RecordCopier(Serializer serializer, @Nullable TaskScope scope) {
        this.serializer = serializer;
        this.scope = scope;
    }

    /** Returns the one of the attempt of {@code scope}; if it has none yet it gets one that uses {@code serializer}. */
    public static RecordCopier attachTo(TaskScope scope, Serializer serializer) {
        return scope.attachment(RecordCopier.class, RecordCopier.class, () -> new RecordCopier(serializer, scope));
    }

    /** Returns what gives each attempt that asks one that uses {@code serializer}. */
    public static TaskScope.PerAttempt each(Serializer serializer) {
        return scope -> new RecordCopier(serializer, scope);
    }

    /** Returns the one of the attempt of {@code scope}. */
    public static RecordCopier of(TaskScope scope) {
        return scope.attachment(RecordCopier.class, RecordCopier.class, () -> {
            throw new IllegalStateException(scope.owner() + " has nothing to copy records with: a bug in Favilla");
        });
    }

    /** Returns the serializer of the attempt's context. */
    public Serializer serializer() {
        return serializer;
    }

    /** Returns {@code record} if nobody can change it, else a copy that is the caller's own. */
    public @Nullable Object isolate(@Nullable Object record) {
        return record == null || immutable.check(record) ? record : copy(record);
    }

    private @Nullable Object copy(Object record) {
        Class<?> type = record.getClass();
        if (type == Object.class) {
            return record; // has nothing that could change, and nothing to write
        }
        if (type.isArray() && Immutability.isProvenBy(type.getComponentType())) {
            return FlatCopy.copyOfArray(record);
        }
        if (type == ArrayList.class && holdsImmutables((List<?>) record)) {
            return new ArrayList<>((List<?>) record);
        }
        FlatCopy plain = flatCopyOf(type);
        Object copy = plain == null ? null : plain.copy(record);
        return copy == null ? throughBytes(record) : copy;
    }

    private @Nullable FlatCopy flatCopyOf(Class<?> type) {
        Map<Class<?>, @Nullable FlatCopy> copies = flat;
        if (copies == null) {
            copies = new HashMap<>();
            flat = copies;
        }
        FlatCopy known = copies.get(type);
        if (known == null && !copies.containsKey(type)) {
            known = serializer.writesFields(type) ? FlatCopy.of(type) : null;
            copies.put(type, known);
        }
        return known;
    }

    private boolean holdsImmutables(List<?> list) {
        Immutability.Checker checker = elements;
        if (checker == null) {
            checker = new Immutability.Checker();
            elements = checker;
        }
        for (Object element : list) {
            if (!checker.check(element)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Object throughBytes(Object record) {
        WrittenRecord bytes = writtenOrClosed(record);
        if (bytes.size() > LARGEST_KEPT_BUFFER) {
            close();
        }
        try (Serializer.RecordInput in = bytes.read(serializer)) {
            return in.read();
        }
    }

    private WrittenRecord writtenOrClosed(Object record) {
        boolean written = false;
        try {
            WrittenRecord bytes = write(record);
            written = true;
            return bytes;
        } finally {
            if (!written) {
                close(); // a stream that failed is finished
            }
        }
    }

    private WrittenRecord write(Object record) {
        Serializer.RecordOutput to = out;
        WrittenRecord bytes = buffer;
        if (to == null || bytes == null) {
            bytes = new WrittenRecord(FIRST_BUFFER);
            to = serializer.open(bytes);
            buffer = bytes;
            out = to;
            closeWithAttempt();
        }
        bytes.reset();
        to.write(record);
        to.flush();
        return bytes;
    }

    /** The last of all, as others may copy at the end. Once for all: closing twice is harmless. */
    private void closeWithAttempt() {
        if (scope != null && !closesWithAttempt) {
            closesWithAttempt = true;
            scope.afterOthers(this::close);
        }
    }

    /** Gives the serializer back; another copy opens it anew. */
    private void close() {
        Serializer.RecordOutput open = out;
        out = null;
        buffer = null;
        if (open != null) {
            open.close();
        }
    }

    /** Takes a record as bytes, which are read in place. */
    private static final class WrittenRecord extends ByteArrayOutputStream {

        /** @param firstBytes how large the first array is; it doubles as needed */
        WrittenRecord(int firstBytes) {
            super(firstBytes);
        }

        /** Opens what was written, in place: nothing may be added until it is read. */
        Serializer.RecordInput read(Serializer serializer) {
            return serializer.open(buf, 0, size());
        }
    }
}
