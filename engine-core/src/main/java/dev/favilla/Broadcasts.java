package dev.favilla;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.scheduler.ContextId;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.value.Immutability;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The broadcasts of one context, as originals for the driver and as bytes for executors. Used from any thread. */
final class Broadcasts implements BlockServer {

    private static final BlockFrame FRAMES = new BlockFrame(Compression.NONE);

    private static final byte[] NO_BYTES = {};

    private final ContextId owner;
    private final Serializer serializer;
    private final Map<Long, Payload> payloads = new ConcurrentHashMap<>();

    /** Why a broadcast is gone, for those whose handle is still in use. */
    private final Map<Long, String> destroyed = new ConcurrentHashMap<>();

    /** Whether what is not here is gone: not in another process than the driver's. */
    private final boolean complete;

    Broadcasts(ContextId owner, Serializer serializer) {
        this(owner, serializer, true);
    }

    private Broadcasts(ContextId owner, Serializer serializer, boolean complete) {
        this.owner = owner;
        this.serializer = serializer;
        this.complete = complete;
    }

    /** Returns those of another process, which has copies only and hears of an end from whoever brings them. */
    static Broadcasts elsewhere(ContextId owner, Serializer serializer) {
        return new Broadcasts(owner, serializer, false);
    }

    /** Takes a copy of {@code value} unless it is deeply immutable. */
    void put(long id, @Nullable Object value) {
        byte[] bytes = toBytes(value);
        payloads.put(id, new Payload(value, bytes, Immutability.isDeeplyImmutable(value)));
    }

    /**
     * Takes a value that is the engine's own, which nobody changes: executors that share the driver's heap need no copy.
     *
     * @param travels whether others need it as bytes
     */
    void share(long id, Object value, boolean travels) {
        payloads.put(id, new Payload(value, travels ? toBytes(value) : NO_BYTES, true));
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

    /** Returns what the executor that shares the driver's heap keeps: a copy, or the value itself if nobody can change it. */
    @Nullable
    Object copy(long id) {
        Payload payload = payload(id);
        return payload.shareable ? payload.original : read(payload.bytes, 0, payload.bytes.length);
    }

    /** Returns the copy that came to another executor. */
    @Nullable
    Object copy(long id, EncodedBlock fetched) {
        BlockFrame.Payload payload = BlockFrame.open(fetched.frame(), header(id));
        return read(payload.bytes(), payload.offset(), payload.length());
    }

    private @Nullable Object read(byte[] bytes, int offset, int length) {
        try (Serializer.RecordInput in = serializer.open(bytes, offset, length)) {
            return in.read();
        }
    }

    /** Returns a broadcast for another executor; empty if it is gone. */
    @Override
    public Optional<EncodedBlock> broadcast(long id) {
        return Optional.ofNullable(payloads.get(id))
                .map(payload ->
                        new EncodedBlock(header(id), FRAMES.wrap(header(id), payload.bytes, 0, payload.bytes.length)));
    }

    @Override
    public Set<Long> broadcastIds() {
        return Set.copyOf(payloads.keySet());
    }

    private static BlockHeader header(long id) {
        return new BlockHeader("broadcast_" + id, 0, 0, 1);
    }

    /** The driver keeps nothing else for executors. */
    @Override
    public Optional<List<EncodedBlock>> shuffleBlocks(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return Optional.empty();
    }

    @Override
    public boolean hasCachedBlock(BlockId id, long inputVersion) {
        return false;
    }

    @Override
    public Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion) {
        return Optional.empty();
    }

    /**
     * Checks that a broadcast can be used.
     *
     * @throws IllegalStateException if not, saying why
     */
    void require(long id) {
        if (complete) {
            payload(id);
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
