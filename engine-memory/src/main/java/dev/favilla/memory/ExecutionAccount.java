package dev.favilla.memory;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Execution memory of one task, or of one owner of retained bytes. */
final class ExecutionAccount implements MemoryAccount {

    private static final int EVICTION_ROUNDS = 8;
    private static final int SEARCHES = 3;

    /** How often a task that is alone tries again before it is refused, should evictors not do what they say. */
    private static final int ALONE_ROUNDS = 64;

    private final Books books;
    private final MemoryReclaimer reclaimer;
    private final String owner;
    private final long number;

    /** Frees what is retained; null for a task. */
    private final @Nullable Evictor evictor;

    /** Owned by the account's thread. */
    private Spillable[] spillables = {};

    /** Owned by the account's thread: a request made by a spillable while it spills must not spill again. */
    private boolean spilling;

    /** Owned by the account's thread. */
    private Consumer<String> attempt = reason -> {};

    // What follows is guarded by the books.

    private long job;
    private long held;
    private boolean closed;

    /** What this task waits for, holding what it has; others give way to it. */
    private long claimed;

    /** Waits for older tasks before it takes anything. */
    private boolean waitingOutside;

    /** Is to give way although it waits outside. */
    private boolean calledBack;

    /** What is retained belongs to a job that has ended. */
    private boolean leftOver;

    private boolean waitedInVain;
    private @Nullable String gaveWayBecause;
    private @Nullable String cancelledBecause;

    /** Opens an account. */
    ExecutionAccount(Books books, MemoryReclaimer reclaimer, String owner, long job, @Nullable Evictor evictor) {
        this.books = books;
        this.reclaimer = reclaimer;
        this.owner = owner;
        this.job = job;
        this.evictor = evictor;
        synchronized (books) {
            this.number = books.nextNumber();
            books.open(this);
        }
    }

    // --- asked by the books, with the monitor held

    boolean isTask() {
        return evictor == null;
    }

    long job() {
        return job;
    }

    long number() {
        return number;
    }

    long heldBytes() {
        return held;
    }

    boolean isClaiming() {
        return claimed > 0;
    }

    boolean isWaitingOutside() {
        return waitingOutside;
    }

    boolean gaveWay() {
        return gaveWayBecause != null;
    }

    boolean isOlderThan(ExecutionAccount other) {
        return this != other && (job < other.job || (job == other.job && number < other.number));
    }

    boolean isLeftOver() {
        return leftOver;
    }

    void leaveOver() {
        leftOver = true;
    }

    boolean hasWaitedInVain() {
        return waitedInVain;
    }

    /** Has the task give way if it waits outside. */
    void callBack() {
        calledBack |= waitingOutside;
        if (calledBack) {
            books.changed();
        }
    }

    // --- asking

    @Override
    public long reserve(long bytes) {
        requireNotNegative(bytes);
        makeRoom(bytes, false);
        synchronized (books) {
            long granted = Math.min(bytes, grantable(false));
            take(granted);
            return granted;
        }
    }

    @Override
    public void require(long bytes) {
        requireNotNegative(bytes);
        if (isTask()) {
            waitOutside(bytes);
        }
        if (!tryTake(bytes, false) && !takeAfterReclaiming(bytes)) {
            if (!isTask()) {
                throw exhausted(bytes);
            }
            contend(bytes);
        }
    }

    private boolean tryTake(long bytes, boolean beyondShare) {
        makeRoom(bytes, beyondShare);
        synchronized (books) {
            if (grantable(beyondShare) < bytes) {
                return false;
            }
            take(bytes);
            return true;
        }
    }

    /** Beyond the fair share if that is free: better than to give up the work done so far. */
    private boolean takeAfterReclaiming(long bytes) {
        reclaimer.sweep();
        boolean taken = tryTake(bytes, true);
        for (int i = 0; !taken && i < SEARCHES && mayHope(bytes) && reclaimer.search(); i++) {
            taken = tryTake(bytes, true);
        }
        return taken;
    }

    /** Returns whether anything that comes free could be this account's, and would be enough. */
    private boolean mayHope(long bytes) {
        synchronized (books) {
            return !books.isClaimedBefore(this) && bytes <= books.poolBytes() - held;
        }
    }

    /** Evicts, then spills, as long as {@code bytes} cannot be granted and that helps. */
    private void makeRoom(long bytes, boolean beyondShare) {
        // Others may take what was evicted for this request; asking for ever could empty the cache for nothing.
        for (int round = 0; round < EVICTION_ROUNDS; round++) {
            if (evict(bytes, beyondShare) == 0) {
                break;
            }
        }
        if (spilling) {
            return;
        }
        for (Spillable spillable : spillables) {
            long missing = missing(bytes, beyondShare);
            if (missing == 0) {
                return;
            }
            spilling = true;
            try {
                spillable.spill(missing);
            } finally {
                spilling = false;
            }
        }
    }

    /** Has cached blocks dropped, outside the monitor; returns how many bytes came free. */
    private long evict(long bytes, boolean beyondShare) {
        long wanted;
        synchronized (books) {
            checkOpen();
            long shortfall = Math.min(bytes, allowed(beyondShare)) - books.freeBytes();
            wanted = Math.min(shortfall, books.evictableBytes());
            if (wanted <= 0) {
                return 0;
            }
            books.beginEviction(wanted);
        }
        try {
            return evictFromAll(wanted);
        } finally {
            synchronized (books) {
                books.endEviction();
            }
        }
    }

    private long evictFromAll(long wanted) {
        long evicted = 0;
        for (PooledStorage storage : storages()) {
            if (evicted < wanted) {
                evicted += storage.evict(wanted - evicted);
            }
        }
        return evicted;
    }

    private Iterable<PooledStorage> storages() {
        synchronized (books) {
            return books.storages();
        }
    }

    private long missing(long bytes, boolean beyondShare) {
        synchronized (books) {
            return bytes - Math.min(bytes, grantable(beyondShare));
        }
    }

    private long grantable(boolean beyondShare) {
        checkOpen();
        return Math.min(allowed(beyondShare), Math.max(0, books.freeBytes()));
    }

    /** What could be granted if all of it were free. */
    private long allowed(boolean beyondShare) {
        if (gaveWay() || books.isClaimedBefore(this) || (held == 0 && isTask() && books.mustWaitOutside(this))) {
            return 0;
        }
        long limit =
                isTask() && !beyondShare ? books.fairShare() - held : books.executionLimit() - books.executionBytes();
        return Math.max(0, limit);
    }

    // --- waiting and giving way

    /** Waits, holding nothing, while older tasks need what there is. */
    private void waitOutside(long bytes) {
        String reason = null;
        synchronized (books) {
            while (reason == null && bytes > 0 && held == 0 && books.mustWaitOutside(this)) {
                reason = awaitOutside(bytes);
            }
        }
        endIfGivingWay(reason);
    }

    /** Waits for a change; with the monitor held. Returns why to give way, if that was asked for meanwhile. */
    private @Nullable String awaitOutside(long bytes) {
        checkMayWait();
        waitingOutside = true; // it shares no longer
        try {
            await(bytes, books.courtesyNanos(this));
            return calledBack ? giveWay("older tasks need the cached blocks that it reads") : null;
        } finally {
            waitingOutside = false;
            calledBack = false;
        }
    }

    /** Gets {@code bytes} from younger tasks, or gives way to an older one, or fails. */
    private void contend(long bytes) {
        long begun;
        synchronized (books) {
            begun = books.nextNumber();
        }
        try {
            int rounds = 0;
            while (!takeAmongOthers(bytes)) {
                if (++rounds > ALONE_ROUNDS || !makeOthersLeave(bytes, begun)) {
                    throw exhausted(bytes);
                }
            }
        } finally {
            synchronized (books) {
                claimed = 0;
                books.changed();
            }
        }
    }

    /** Returns false if no other task holds anything, and yet there is not enough. */
    private boolean takeAmongOthers(long bytes) {
        String reason = null;
        synchronized (books) {
            while (reason == null) {
                checkMayWait();
                if (grantable(true) >= bytes) {
                    take(bytes);
                    return true;
                }
                if (held + bytes > books.withinReachOf(this)) {
                    throw exhausted(bytes);
                }
                ExecutionAccount older = books.olderHolder(this);
                if (older != null) {
                    claimed = 0;
                    reason = held == 0 ? awaitOutside(bytes) : giveWay(older.owner + " is older and needs it");
                } else if (books.othersHold(this)) {
                    claimed = bytes;
                    await(bytes);
                } else {
                    claimed = bytes;
                    return false;
                }
            }
        }
        endIfGivingWay(reason);
        return false; // not reached: giving way ends the attempt
    }

    /** Has go what other jobs have left for later, which they compute again, and what their readers pin. */
    private boolean makeOthersLeave(long bytes, long begun) {
        return evict(bytes, true) > 0 || takeOutputsOfOthers(bytes) > 0 || outlastReaders(bytes, begun);
    }

    private long takeOutputsOfOthers(long bytes) {
        Iterable<ExecutionAccount> outputs;
        synchronized (books) {
            outputs = books.outputsOfOthers(this);
        }
        long freed = 0;
        for (ExecutionAccount output : outputs) {
            Evictor of = output.evictor;
            long missing = missing(bytes, true);
            if (missing > 0 && of != null) {
                freed += of.evict(missing);
                displaced(output);
            }
        }
        return freed;
    }

    private void displaced(ExecutionAccount output) {
        synchronized (books) {
            if (!output.leftOver && output.job > job) {
                books.displace(output.job);
            }
        }
    }

    /**
     * Waits for tasks that hold no execution memory but may pin blocks; returns false if there are none that old, or if
     * no block could help.
     */
    private boolean outlastReaders(long bytes, long begun) {
        synchronized (books) {
            boolean useful = books.evictableBytes() >= bytes - books.freeBytes();
            if (!useful || !books.clear(this, begun)) {
                return false;
            }
            await(bytes);
            return true;
        }
    }

    /** Called with the monitor held. */
    private void await(long bytes) {
        await(bytes, 0);
    }

    /** @param courtesyNanos how long to wait for somebody who may come; 0 to wait for somebody who is here */
    private void await(long bytes, long courtesyNanos) {
        try {
            boolean changed = courtesyNanos > 0 ? books.awaitChange(courtesyNanos) : books.awaitChange();
            if (!changed && courtesyNanos == 0) {
                throw exhausted(bytes);
            }
            waitedInVain |= !changed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TaskKilledException(owner, "its thread was interrupted while it waited for memory");
        }
    }

    /** Gives everything back for others, with the monitor held; returns the reason. */
    private String giveWay(String why) {
        String reason = "gave its memory back, because " + why;
        gaveWayBecause = reason;
        take(-held);
        books.runInTurn(job);
        books.changed();
        return reason;
    }

    /** Called without the monitor. */
    private void endIfGivingWay(@Nullable String reason) {
        if (reason != null) {
            attempt.accept(reason);
            throw new TaskKilledException(owner, reason);
        }
    }

    /** Called with the monitor held. */
    private void checkMayWait() {
        checkOpen();
        String reason = gaveWayBecause == null ? cancelledBecause : gaveWayBecause;
        if (reason != null) {
            throw new TaskKilledException(owner, reason);
        }
    }

    private ExecutionMemoryExhaustedException exhausted(long bytes) {
        synchronized (books) {
            return new ExecutionMemoryExhaustedException(
                    owner, bytes, grantable(true), books.poolBytes(), books.taskCount());
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The memory of " + owner + " was asked for after it was closed");
        }
    }

    @Override
    public void onGivingWay(Consumer<String> told) {
        attempt = told;
    }

    @Override
    public void cancel(String reason) {
        synchronized (books) {
            if (cancelledBecause == null) {
                cancelledBecause = reason;
                books.changed();
            }
        }
    }

    // --- having

    /** Adds to, or with a negative number takes from, what this account and its side of the pool hold. */
    private void take(long bytes) {
        held += bytes;
        if (isTask()) {
            books.addExecution(bytes);
        } else {
            books.addRetained(bytes);
        }
    }

    @Override
    public void release(long bytes) {
        requireNotNegative(bytes);
        synchronized (books) {
            take(-Math.min(bytes, held));
        }
    }

    @Override
    public void moveTo(MemoryAccount other, long bytes) {
        requireNotNegative(bytes);
        if (!(other instanceof ExecutionAccount target) || target.books != books) {
            throw new IllegalArgumentException(other + " belongs to another manager than " + this);
        }
        require(Math.max(0, bytes - reservedBytes())); // the account has one user, so it holds no less afterwards
        synchronized (books) {
            checkMayWait(); // a task that gave way holds nothing it could move
            target.checkOpen();
            take(-bytes);
            if (target.job == Books.NO_JOB) {
                target.job = job;
                books.assign(target, job);
            }
            target.take(bytes);
        }
    }

    @Override
    public long reservedBytes() {
        synchronized (books) {
            return held;
        }
    }

    @Override
    public void register(Spillable spillable) {
        // A new array each time, so that a spillable may leave while all are being asked.
        Spillable[] more = Arrays.copyOf(spillables, spillables.length + 1);
        more[spillables.length] = spillable;
        spillables = more;
    }

    @Override
    public void unregister(Spillable spillable) {
        spillables = Arrays.stream(spillables).filter(s -> s != spillable).toArray(Spillable[]::new);
    }

    @Override
    public void close() {
        synchronized (books) {
            take(-held);
            if (!closed) {
                closed = true;
                books.close(this);
            }
        }
        spillables = new Spillable[0];
    }

    private static void requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0, got " + bytes);
        }
    }

    @Override
    public String toString() {
        return owner + " holding " + Bytes.format(reservedBytes());
    }
}
