package dev.favilla;

import dev.favilla.scheduler.ContextId;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.Immutability;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The broadcasts of one context, as originals for the driver and as bytes for executors. Used from any thread. */
final class Broadcasts {

    private final ContextId owner;
    private final Serializer serializer;
    private final Map<Long, Payload> payloads = new ConcurrentHashMap<>();

    /** Why a broadcast is gone, for those whose handle is still in use. */
    private final Map<Long, String> destroyed = new ConcurrentHashMap<>();

    Broadcasts(ContextId owner, Serializer serializer) {
        this.owner = owner;
        this.serializer = serializer;
    }

    /** Takes a copy of {@code value} unless it is deeply immutable. */
    void put(long id, @Nullable Object value) {
        byte[] bytes = toBytes(value);
        payloads.put(id, new Payload(value, bytes, Immutability.isDeeplyImmutable(value)));
    }

    private byte[] toBytes(@Nullable Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Serializer.RecordOutput out = serializer.open(bytes)) {
            out.write(value);
        }
        return bytes.toByteArray();
    }

    ContextId owner() {
        return owner;
    }

    /** Returns the original. */
    @Nullable
    Object value(long id) {
        return payload(id).original;
    }

    /** Returns what an executor keeps: a copy, or the value itself if nobody can change it and it need not be one. */
    @Nullable
    Object copy(long id, boolean always) {
        Payload payload = payload(id);
        if (payload.shareable && !always) {
            return payload.original;
        }
        try (Serializer.RecordInput in = serializer.open(new ByteArrayInputStream(payload.bytes))) {
            return in.read();
        }
    }

    long bytes(long id) {
        return payload(id).bytes.length;
    }

    private Payload payload(long id) {
        Payload payload = payloads.get(id);
        if (payload == null) {
            throw new IllegalStateException("Broadcast(" + id + ") can no longer be used: "
                    + destroyed.getOrDefault(id, "its context was closed") + ".");
        }
        return payload;
    }

    void destroy(long id, String why) {
        destroyed.put(id, why);
        payloads.remove(id);
    }

    /** Forgets one that nobody can reach any more. */
    void forget(long id) {
        payloads.remove(id);
        destroyed.remove(id);
    }

    int count() {
        return payloads.size();
    }

    void clear() {
        payloads.clear();
    }

    private static final class Payload {

        private final @Nullable Object original;
        private final byte[] bytes;
        private final boolean shareable;

        Payload(@Nullable Object original, byte[] bytes, boolean shareable) {
            this.original = original;
            this.bytes = bytes;
            this.shareable = shareable;
        }
    }
}
