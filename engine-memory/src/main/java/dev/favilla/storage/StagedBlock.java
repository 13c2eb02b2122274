package dev.favilla.storage;

import dev.favilla.digest.ContentDigest;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockHeader;
import dev.favilla.value.StableHash;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A block while it is computed: takes free memory in steps as it grows, lives on the store's credit beyond that, pays
 * for it once its size is known, and gives everything back when it is refused or its attempt ends. Belongs to the
 * attempt's thread.
 *
 * <p>When there is no room, and its level has a disk part, what was collected is written to a file and what comes later
 * behind it. What the disk does not take is not kept.
 */
abstract class StagedBlock implements BlockBuilder {

    private static final long SMALLEST_STEP_BYTES = 64 << 10;

    private final MemoryStore store;
    private final BlockRequest request;
    private final ContentDigest contents;
    private long reservedBytes;
    private long creditBytes;
    private long records;
    private long digest;
    private boolean refused;
    private boolean handedOver;

    /** Where all goes once there was no room. */
    private @Nullable BlockFile file;

    private @Nullable StoredBlock result;

    /**
     * @param contents of the records
     */
    StagedBlock(MemoryStore store, BlockRequest request, ContentDigest contents) {
        this.store = store;
        this.request = request;
        this.contents = contents;
    }

    final BlockId id() {
        return request.id();
    }

    /** Returns what the finished block says about itself. */
    final BlockHeader header() {
        return new BlockHeader(request.id().toString(), request.attemptId(), request.inputVersion(), records);
    }

    /** Returns what there is to say about the block once it is visible. */
    final PublishedBlock summary() {
        return new PublishedBlock(request.id(), request.inputVersion(), records, digest);
    }

    final DiskStore disk() {
        return store.disk();
    }

    /** Returns whether the block may be on disk. */
    final boolean isMovable() {
        return request.level().useDisk() && disk().isThere();
    }

    /** Begins; returns false, and is refused, if there is no place for it at all. */
    final boolean begin() {
        boolean begun = false;
        try {
            begun = store.admit(this) && (request.level().useMemory() || moveOut());
        } finally {
            if (!begun) {
                refuse();
            }
        }
        return begun;
    }

    @Override
    public final boolean add(@Nullable Object record) {
        if (refused) {
            return false;
        }
        if (result != null || handedOver) {
            throw new IllegalStateException("Block " + id() + " was completed; nothing can be added to it");
        }
        boolean kept = false;
        try {
            records++;
            digest += StableHash.mix(contents.of(record));
            kept = file == null ? append(record) || moveOut() : onDisk(() -> appendToFile(record));
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
        try {
            digest += contents.change();
            result = file == null ? finishInMemory() : finishOnDisk();
        } finally {
            if (result == null) {
                refuse();
            }
        }
    }

    private @Nullable StoredBlock finishInMemory() {
        StoredBlock made = build();
        if (made == null) {
            return moveOut() ? finishOnDisk() : null;
        }
        boolean paid = false;
        try {
            paid = pay(made.bytes());
            return paid ? made : moved(made);
        } finally {
            if (!paid) {
                made.discard();
            }
        }
    }

    /** Returns what was written to disk of a finished block that memory has no room for. */
    private @Nullable StoredBlock moved(StoredBlock made) {
        StoredBlock written = isMovable() ? store.write(made) : null;
        giveBackMemory();
        return written;
    }

    private @Nullable StoredBlock finishOnDisk() {
        BlockFile written = file;
        DiskBlock[] made = new DiskBlock[1];
        if (written == null
                || !onDisk(() -> {
                    endFile(records);
                    made[0] = disk().finish(written, summary(), header());
                })) {
            return null;
        }
        file = null;
        clear();
        return made[0];
    }

    /** Has what was collected written to a file, and all that follows; returns false if there is none for it. */
    private boolean moveOut() {
        if (!isMovable()
                || !onDisk(() -> {
                    BlockFile to = disk().create();
                    file = to;
                    moveTo(to);
                })) {
            return false;
        }
        giveBackMemory();
        return true;
    }

    /**
     * Does something with the file; returns false if the disk failed. What cannot be serialized fails whoever wants bytes;
     * where objects are kept it depends on memory whether they are written, so there it is as if the disk had failed.
     */
    private boolean onDisk(FileStep step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException | IOException e) {
            BlockFile to = file;
            boolean diskFailed = e instanceof LocalDiskException || (to != null && to.failed());
            if (!diskFailed && !request.level().deserialized() && e instanceof RuntimeException serializing) {
                throw serializing;
            }
            disk().failed(id(), e);
            return false;
        }
    }

    /** Something that writes to the file. */
    private interface FileStep {
        void run() throws IOException;
    }

    private void giveBackMemory() {
        release(reservedBytes);
        repay();
    }

    /** Reserves exactly {@code bytes}, for which others may have to go; returns false if they cannot. */
    private boolean pay(long bytes) {
        release(Math.max(0, reservedBytes - bytes));
        if (!store.settle(bytes - reservedBytes, bytes, id().rddId())) {
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
        StoredBlock made = result;
        BlockFile open = file;
        result = null;
        file = null;
        giveBackMemory();
        store.forget(this);
        contents.forget();
        try {
            clear();
        } finally {
            if (open != null) {
                DiskStore.quietly(id(), open::close);
            }
            if (made != null) {
                made.discard();
            }
        }
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
        if (store.lend(step, creditBytes + step, id().rddId())) {
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

    /** Takes one record into memory; returns false if it does not fit, although it was taken. */
    abstract boolean append(@Nullable Object record);

    /**
     * Returns the finished block, for which no more than was {@link #grow grown} is needed; null if it does not fit, and
     * then all that was collected is still there.
     */
    abstract @Nullable StoredBlock build();

    /** Writes what was collected to a file, of which no more is kept in memory. */
    abstract void moveTo(BlockFile to) throws IOException;

    /** Writes one more record to the file. */
    abstract void appendToFile(@Nullable Object record);

    /** Makes the file a whole frame. */
    abstract void endFile(long count) throws IOException;

    /** Lets go of what was collected, and of what writes it. */
    abstract void clear();
}
