package dev.favilla.serializer;

import dev.favilla.memory.TaskScope;
import org.jspecify.annotations.Nullable;

/**
 * Gives an attempt records that nobody else can change: the record itself where its class is {@linkplain Immutability
 * proven} immutable, else a copy through the context's serializer, which is what it would be on a cluster.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> What cannot be copied is a {@link SerializationException} that names the class and what to change.
 */
public final class RecordCopier {

    private static final int FIRST_BUFFER = 256;

    private final Serializer serializer;
    private final Immutability.Checker immutable = new Immutability.Checker();
    private final FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER);

    public RecordCopier(Serializer serializer) {
        this.serializer = serializer;
    }

    /** Makes copies for the attempt of {@code scope} go through {@code serializer}. */
    public static void attachTo(TaskScope scope, Serializer serializer) {
        scope.attachment(RecordCopier.class, RecordCopier.class, () -> new RecordCopier(serializer));
    }

    /** Returns the one of the attempt of {@code scope}. */
    public static RecordCopier of(TaskScope scope) {
        return scope.attachment(RecordCopier.class, RecordCopier.class, () -> {
            throw new IllegalStateException(scope.owner() + " has nothing to copy records with: a bug in Favilla");
        });
    }

    /** Returns {@code record} if nobody can change it, else a copy that is the caller's own. */
    public @Nullable Object isolate(@Nullable Object record) {
        return immutable.check(record) ? record : copy(record);
    }

    private @Nullable Object copy(@Nullable Object record) {
        buffer.reset();
        try (Serializer.RecordOutput out = serializer.open(buffer)) {
            out.write(record);
        }
        byte[] bytes = buffer.toByteArray();
        try (Serializer.RecordInput in = serializer.open(bytes, 0, bytes.length)) {
            return in.read();
        }
    }
}
