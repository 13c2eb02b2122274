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

    private final MemoryLedger ledger;
    private final MemoryReclaimer reclaimer;
    private final String owner;
    private final long number;

    /** Whose bytes it keeps; null for a task. */
    private final @Nullable RetainedMemory retained;

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
    ExecutionAccount(
            MemoryLedger ledger, MemoryReclaimer reclaimer, String owner, long job, @Nullable RetainedMemory retained) {
        this.ledger = ledger;
        this.reclaimer = reclaimer;
        this.owner = owner;
        this.job = job;
        this.retained = retained;
        synchronized (ledger) {
            this.number = ledger.nextNumber();
            ledger.open(this);
        }
    }

    // --- asked by the books, with the monitor held

    boolean isTask() {
        return retained == null;
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
            ledger.changed();
        }
    }

    // --- asking

    @Override
    public long reserve(long bytes) {
        requireNotNegative(bytes);
        makeRoom(bytes, false);
        synchronized (ledger) {
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
        synchronized (ledger) {
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
        synchronized (ledger) {
            return !ledger.isClaimedBefore(this) && bytes <= ledger.poolBytes() - held;
        }
    }

    /** Evicts, has outputs written out, then spills, as long as {@code bytes} cannot be granted and that helps. */
    private void makeRoom(long bytes, boolean beyondShare) {
        // Others may take what was evicted for this request; asking for ever could empty the cache for nothing.
        for (int round = 0; round < EVICTION_ROUNDS; round++) {
            if (evict(bytes, beyondShare) == 0) {
                break;
            }
        }
        if (isTask()) {
            moveOutputsOut(bytes, beyondShare);
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

    private void moveOutputsOut(long bytes, boolean beyondShare) {
        if (missing(bytes, beyondShare) == 0) {
            return;
        }
        Iterable<ExecutionAccount> outputs;
        synchronized (ledger) {
            outputs = ledger.outputs();
        }
        for (ExecutionAccount output : outputs) {
            long missing = missing(bytes, beyondShare);
            RetainedMemory of = output.retained;
            if (missing > 0 && of != null) {
                of.moveOut(missing);
            }
        }
    }

    /** Has cached blocks dropped, outside the monitor; returns how many bytes came free. */
    private long evict(long bytes, boolean beyondShare) {
        long wanted;
        synchronized (ledger) {
            checkOpen();
            long shortfall = Math.min(bytes, allowed(beyondShare)) - ledger.freeBytes();
            wanted = Math.min(shortfall, ledger.evictableBytes());
            if (wanted <= 0) {
                return 0;
            }
            ledger.beginEviction(wanted);
        }
        try {
            return evictFromAll(wanted);
        } finally {
            synchronized (ledger) {
                ledger.endEviction();
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
        synchronized (ledger) {
            return ledger.storages();
        }
    }

    private long missing(long bytes, boolean beyondShare) {
        synchronized (ledger) {
            return bytes - Math.min(bytes, grantable(beyondShare));
        }
    }

    private long grantable(boolean beyondShare) {
        checkOpen();
        return Math.min(allowed(beyondShare), Math.max(0, ledger.freeBytes()));
    }

    /** What could be granted if all of it were free. */
    private long allowed(boolean beyondShare) {
        if (gaveWay() || ledger.isClaimedBefore(this) || (held == 0 && isTask() && ledger.mustWaitOutside(this))) {
            return 0;
        }
        long limit = isTask() && !beyondShare
                ? ledger.fairShare() - held
                : ledger.executionLimit() - ledger.executionBytes();
        return Math.max(0, limit);
    }

    // --- waiting and giving way

    /** Waits, holding nothing, while older tasks need what there is. */
    private void waitOutside(long bytes) {
        String reason = null;
        synchronized (ledger) {
            while (reason == null && bytes > 0 && held == 0 && ledger.mustWaitOutside(this)) {
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
            await(bytes, ledger.courtesyNanos(this));
            return calledBack ? giveWay("older tasks need the cached blocks that it reads") : null;
        } finally {
            waitingOutside = false;
            calledBack = false;
        }
    }

    /** Gets {@code bytes} from younger tasks, or gives way to an older one, or fails. */
    private void contend(long bytes) {
        long begun;
        synchronized (ledger) {
            begun = ledger.nextNumber();
        }
        try {
            int rounds = 0;
            while (!takeAmongOthers(bytes)) {
                if (++rounds > ALONE_ROUNDS || !makeOthersLeave(bytes, begun)) {
                    throw exhausted(bytes);
                }
            }
        } finally {
            synchronized (ledger) {
                claimed = 0;
                ledger.changed();
            }
        }
    }

    /** Returns false if no other task holds anything, and yet there is not enough. */
    private boolean takeAmongOthers(long bytes) {
        String reason = null;
        synchronized (ledger) {
            while (reason == null) {
                checkMayWait();
                if (grantable(true) >= bytes) {
                    take(bytes);
                    return true;
                }
                if (held + bytes > ledger.withinReachOf(this)) {
                    throw exhausted(bytes);
                }
                ExecutionAccount older = ledger.olderHolder(this);
                if (older != null) {
                    claimed = 0;
                    reason = held == 0 ? awaitOutside(bytes) : giveWay(older.owner + " is older and needs it");
                } else if (ledger.othersHold(this)) {
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
        synchronized (ledger) {
            outputs = ledger.outputsOfOthers(this);
        }
        long freed = 0;
        for (ExecutionAccount output : outputs) {
            RetainedMemory of = output.retained;
            if (of != null && missing(bytes, true) > 0) {
                freed += of.drop();
                displaced(output);
            }
        }
        return freed;
    }

    private void displaced(ExecutionAccount output) {
        synchronized (ledger) {
            if (!output.leftOver && output.job > job) {
                ledger.displace(output.job);
            }
        }
    }

    /**
     * Waits for tasks that hold no execution memory but may pin blocks; returns false if there are none that old, or if
     * no block could help.
     */
    private boolean outlastReaders(long bytes, long begun) {
        synchronized (ledger) {
            boolean useful = ledger.evictableBytes() >= bytes - ledger.freeBytes();
            if (!useful || !ledger.clear(this, begun)) {
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
            boolean changed = courtesyNanos > 0 ? ledger.awaitChange(courtesyNanos) : ledger.awaitChange();
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
        ledger.runInTurn(job);
        ledger.changed();
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
        synchronized (ledger) {
            return new ExecutionMemoryExhaustedException(
                    owner, bytes, grantable(true), ledger.poolBytes(), ledger.taskCount());
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
        synchronized (ledger) {
            if (cancelledBecause == null) {
                cancelledBecause = reason;
                ledger.changed();
            }
        }
    }

    // --- having

    /** Adds to, or with a negative number takes from, what this account and its side of the pool hold. */
    private void take(long bytes) {
        held += bytes;
        if (isTask()) {
            ledger.addExecution(bytes);
        } else {
            ledger.addRetained(bytes);
        }
    }

    @Override
    public void release(long bytes) {
        requireNotNegative(bytes);
        synchronized (ledger) {
            take(-Math.min(bytes, held));
        }
    }

    @Override
    public void moveTo(MemoryAccount other, long bytes) {
        requireNotNegative(bytes);
        if (!(other instanceof ExecutionAccount target) || target.ledger != ledger) {
            throw new IllegalArgumentException(other + " belongs to another manager than " + this);
        }
        require(Math.max(0, bytes - reservedBytes())); // the account has one user, so it holds no less afterwards
        synchronized (ledger) {
            checkMayWait(); // a task that gave way holds nothing it could move
            target.checkOpen();
            take(-bytes);
            if (target.job == MemoryLedger.NO_JOB) {
                target.job = job;
                ledger.assign(target, job);
            }
            target.take(bytes);
        }
    }

    @Override
    public long reservedBytes() {
        synchronized (ledger) {
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
        synchronized (ledger) {
            take(-held);
            if (!closed) {
                closed = true;
                ledger.close(this);
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
