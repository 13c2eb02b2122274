package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.scheduler.ContextId;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.storage.EncodedBlock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The copies of broadcasts that one executor keeps, each made when first used. Used from any thread. */
final class BroadcastCopies implements Broadcast.Source {

    private final Broadcasts broadcasts;
    private final @Nullable BlockTransfer transfer;
    private final Map<Long, Copy> copies = new ConcurrentHashMap<>();

    /** @param transfer how values come from the driver; null if they are taken from it, as copies where somebody can change them */
    BroadcastCopies(Broadcasts broadcasts, @Nullable BlockTransfer transfer) {
        this.broadcasts = broadcasts;
        this.transfer = transfer;
    }

    /** Returns the one of the executor that runs the attempt of {@code scope}. */
    static BroadcastCopies of(TaskScope scope) {
        return scope.attachment(BroadcastCopies.class, BroadcastCopies.class, () -> {
            throw new IllegalStateException(
                    scope.owner() + " runs on an executor without broadcasts: a bug in Favilla");
        });
    }

    @Override
    public ContextId owner() {
        return broadcasts.owner();
    }

    @Override
    public @Nullable Object value(long id) {
        return copies.computeIfAbsent(id, key -> new Copy()).value(this, id);
    }

    @Override
    public long bytes(long id) {
        throw onlyOutsideOfTasks(id, "serializedBytes");
    }

    @Override
    public void unpersist(long id) {
        throw onlyOutsideOfTasks(id, "unpersist");
    }

    @Override
    public void destroy(long id, String why) {
        throw onlyOutsideOfTasks(id, "destroy");
    }

    private static IllegalStateException onlyOutsideOfTasks(long id, String operation) {
        return new IllegalStateException("Broadcast(" + id + ")." + operation + " was called inside a task, which can"
                + " only read the value. Call it outside of the function, where the broadcast was made.");
    }

    private @Nullable Object copy(long id) {
        BlockTransfer from = transfer;
        if (from == null) {
            return broadcasts.copy(id);
        }
        broadcasts.require(id);
        EncodedBlock fetched;
        try {
            fetched = from.fetchBroadcast(id);
        } catch (BlockTransferException e) {
            broadcasts.require(id); // it may have been destroyed meanwhile, which says more
            throw new IllegalStateException(
                    "Cannot fetch Broadcast(" + id + ") from the driver: " + e.getMessage() + ".", e);
        }
        return broadcasts.copy(id, fetched);
    }

    void forget(long id) {
        copies.remove(id);
    }

    void clear() {
        copies.clear();
    }

    /** One copy, made by the first who asks while others wait; reading one broadcast may ask for another. */
    private static final class Copy {

        private boolean made;
        private @Nullable Object value;

        synchronized @Nullable Object value(BroadcastCopies owner, long id) {
            if (!made) {
                value = owner.copy(id);
                made = true;
            }
            return value;
        }
    }
}
