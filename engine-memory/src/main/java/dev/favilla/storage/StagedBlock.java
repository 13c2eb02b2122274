package dev.favilla.storage;

import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockHeader;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * A block while it is computed: takes free memory in steps as it grows, lives on the store's credit beyond that, pays
 * for it once its size is known, and gives everything back when it is refused or its attempt ends. Belongs to the
 * attempt's thread.
 */
abstract class StagedBlock implements BlockBuilder {

    private static final long SMALLEST_STEP_BYTES = 64 << 10;

    private final MemoryStore store;
    private final BlockId id;
    private final long inputVersion;
    private final long attemptId;
    private final ContentDigest contents;
    private long reservedBytes;
    private long creditBytes;
    private long records;
    private long digest;
    private boolean refused;
    private boolean handedOver;
    private @Nullable StoredBlock result;

    /**
     * @param contents of the records
     */
    StagedBlock(MemoryStore store, BlockId id, long inputVersion, long attemptId, ContentDigest contents) {
        this.store = store;
        this.id = id;
        this.inputVersion = inputVersion;
        this.attemptId = attemptId;
        this.contents = contents;
    }

    final BlockId id() {
        return id;
    }

    /** Returns what the finished block says about itself. */
    final BlockHeader header() {
        return new BlockHeader(id.toString(), attemptId, inputVersion, records);
    }

    /** Returns what there is to say about the block once it is visible. */
    final PublishedBlock summary() {
        return new PublishedBlock(id, inputVersion, records, digest);
    }

    @Override
    public final boolean add(@Nullable Object record) {
        if (refused) {
            return false;
        }
        if (result != null || handedOver) {
            throw new IllegalStateException("Block " + id + " was completed; nothing can be added to it");
        }
        boolean kept = false;
        try {
            records++;
            digest += StableHash.mix(contents.of(record));
            kept = append(record);
        } finally {
            if (!kept) {
                refuse();
            }
        }
        return kept;
    }

    @Override
    public final void complete() {
        if (refused || result != null || handedOver) {
            return;
        }
        StoredBlock made = null;
        boolean paid = false;
        try {
            digest += contents.change();
            made = build();
            paid = made != null && pay(made.bytes());
        } finally {
            if (!paid) {
                refuse();
            }
        }
        if (paid) {
            result = made;
        }
    }

    /** Reserves exactly {@code bytes}, for which others may have to go; returns false if they cannot. */
    private boolean pay(long bytes) {
        release(Math.max(0, reservedBytes - bytes));
        if (!store.settle(bytes - reservedBytes, bytes, id.rddId())) {
            return false;
        }
        reservedBytes = bytes;
        repay();
        return true;
    }

    /** Returns the completed block, or null if it was refused or never completed. */
    final @Nullable StoredBlock result() {
        return refused ? null : result;
    }

    /** Says that the store owns the result and its bytes from now on. */
    final void handOver() {
        handedOver = true;
        reservedBytes = 0;
        result = null;
    }

    /** Gives everything back; does nothing once the store owns the block. */
    final void refuse() {
        if (refused || handedOver) {
            return;
        }
        refused = true;
        result = null;
        release(reservedBytes);
        repay();
        store.forget(this);
        contents.forget();
        clear();
    }

    /** Makes sure that there is room for {@code bytes} in all, and somewhat more for what follows. */
    final boolean grow(long bytes) {
        long had = reservedBytes + creditBytes;
        long missing = bytes - had;
        if (missing <= 0) {
            return true;
        }
        long step = Math.max(missing, Math.max(SMALLEST_STEP_BYTES, had / 16));
        return growBy(step) || (step > missing && growBy(missing));
    }

    private boolean growBy(long step) {
        if (store.reserve(step)) {
            reservedBytes += step;
            return true;
        }
        if (store.lend(step, creditBytes + step, id.rddId())) {
            creditBytes += step;
            return true;
        }
        return false;
    }

    private void release(long bytes) {
        store.release(bytes);
        reservedBytes -= bytes;
    }

    private void repay() {
        store.repay(creditBytes);
        creditBytes = 0;
    }

    /** Takes one record; returns false if it does not fit. */
    abstract boolean append(@Nullable Object record);

    /** Returns the finished block, for which no more than was {@link #grow grown} is needed; null if it does not fit. */
    abstract @Nullable StoredBlock build();

    /** Lets go of what was collected. */
    abstract void clear();
}
