package dev.favilla.storage;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.serializer.Serializer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what one executor misses from the block managers of others: for one reader at a time, paid for by the reader's
 * attempt until it ends, and not kept here.
 *
 * <p><b>Failures.</b> What does not come, is not the block that was asked for, is damaged, or finds no memory, is a
 * miss. A block that cannot be deserialized fails its reader once and is not fetched again: another try would find the
 * same bytes.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class PeerReader {

    private final PeerBlocks peers;
    private final Serializer serializer;
    private final Set<BlockId> unreadable = ConcurrentHashMap.newKeySet();

    PeerReader(PeerBlocks peers, Serializer serializer) {
        this.peers = peers;
        this.serializer = serializer;
    }

    /** Returns a block that another executor has. */
    Optional<CachedBlock> find(BlockId id, long inputVersion, TaskScope scope) {
        EncodedBlock fetched = unreadable.contains(id) ? null : fetch(id, inputVersion);
        if (fetched == null) {
            return Optional.empty();
        }
        scope.metrics().add(Metric.REMOTE_BYTES_READ, fetched.frame().length);
        BlockFrame.Payload payload = open(id, inputVersion, fetched, scope);
        return payload == null
                ? Optional.empty()
                : Optional.of(new FramedRecords(
                        () -> serializer.open(payload.bytes(), payload.offset(), payload.length()),
                        new PublishedBlock(id, inputVersion, fetched.header().recordCount(), fetched.digest()),
                        scope,
                        () -> unreadable.add(id)));
    }

    private @Nullable EncodedBlock fetch(BlockId id, long inputVersion) {
        try {
            return peers.fetch(id, inputVersion).orElse(null);
        } catch (RuntimeException e) { // the cache is a hint
            logger().debug("Cannot fetch cached block {} from another executor; it will be computed", id, e);
            return null;
        }
    }

    /** Verifies a block and has the attempt pay for it; null if one of both fails. */
    private BlockFrame.@Nullable Payload open(BlockId id, long inputVersion, EncodedBlock fetched, TaskScope scope) {
        MemoryAccount memory = scope.memory();
        long held = fetched.frame().length;
        if (!take(memory, held)) {
            return null;
        }
        BlockFrame.Payload payload = verify(id, inputVersion, fetched, scope);
        long needed = payload == null ? 0 : payload.bytes().length; // more than the frame if that was compressed
        if (needed > held && !take(memory, needed - held)) {
            payload = null;
            needed = 0;
        }
        memory.release(Math.max(0, held - needed));
        if (needed > 0) {
            long kept = needed;
            scope.onClose(() -> memory.release(kept)); // its records may be read until then
        }
        return payload;
    }

    private static boolean take(MemoryAccount memory, long bytes) {
        long granted = memory.reserve(bytes);
        if (granted < bytes) {
            memory.release(granted);
            return false;
        }
        return true;
    }

    private static BlockFrame.@Nullable Payload verify(
            BlockId id, long inputVersion, EncodedBlock fetched, TaskScope scope) {
        String name = id.toString();
        if (!fetched.header().blockId().equals(name) || fetched.header().inputVersion() != inputVersion) {
            logger().warn(
                            "Asked for cached block {} of input version {}, another executor sent {}",
                            id,
                            inputVersion,
                            fetched);
            return null;
        }
        try {
            return BlockFrame.open(scope.faults().bytes(FaultSite.CACHE_READ, name, fetched.frame()), fetched.header());
        } catch (DamagedBlockException e) {
            logger().warn("A cached block came damaged from another executor and will be computed", e);
            return null;
        } catch (IllegalArgumentException e) { // unpacked it would be longer than an array
            logger().debug("Cached block {} is too large to come from another executor; it will be computed", id, e);
            return null;
        }
    }

    /** Says that a dataset's blocks are gone everywhere. */
    void forget(int rddId) {
        unreadable.removeIf(id -> id.rddId() == rddId);
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(PeerReader.class);
    }
}
