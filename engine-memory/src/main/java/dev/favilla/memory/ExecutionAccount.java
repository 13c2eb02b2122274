package dev.favilla.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Execution memory of one task, or of one owner of retained bytes. */
final class ExecutionAccount implements MemoryAccount {

    private static final int SEARCHES = 3;

    /**
     * How often a task that is alone has others leave, or outlasts all who may read what has to go, before it is refused:
     * evictors may not do what they say, and what one reads another may read after him.
     */
    private static final int ALONE_ROUNDS = 64;

    /** What moves out is at least this part of what the task holds, so that a full one moves out a few large pieces. */
    private static final int SPILLED_PARTS = 8;

    private final MemoryLedger ledger;
    private final MemoryReclaimer reclaimer;
    /** Names it in errors; asked for its text only then. */
    private final Object owner;

    private final long number;

    /** Whose bytes it keeps; null for a task. */
    private final @Nullable RetainedMemory retained;

    /** Through which it was opened, if through one. */
    private final @Nullable MemoryShare share;

    /** Owned by the account's thread. */
    private final Spillables spillables = new Spillables();

    private final RoomMaker room;

    /** Holds more than its share, which others wait for; looked at without the monitor. */
    private volatile boolean wantedBack;

    /** Owned by the account's thread. */
    private Consumer<String> attempt = reason -> {};

    // What follows is guarded by the books.

    private long job;

    /** Read without the monitor by the account's thread, and by whoever wants to know about how much it is. */
    private volatile long held;

    private boolean closed;

    /** What this task waits for, holding what it has; others give way to it. */
    private long claimed;

    /** What this task lacks of its minimum, while it waits for that. */
    private long awaited;

    /** Waits for older tasks before it takes anything, and takes no share from them. */
    private boolean lettingOthersGo;

    /** Waits until all tasks opened before this number have gone, or wait for nothing that they hold. */
    private long outlasting;

    /** What is retained belongs to a job that has ended. */
    private boolean leftOver;

    /** Whether what is retained can be written out. */
    private final Movability movability;

    private boolean waitedInVain;
    private @Nullable String gaveWayBecause;
    private @Nullable String cancelledBecause;

    /** Opens an account. */
    ExecutionAccount(
            MemoryLedger ledger,
            MemoryReclaimer reclaimer,
            Object owner,
            long job,
            @Nullable RetainedMemory retained,
            @Nullable MemoryShare share) {
        this.ledger = ledger;
        this.reclaimer = reclaimer;
        this.owner = owner;
        this.job = job;
        this.retained = retained;
        this.share = share;
        this.room = new RoomMaker(ledger, this, spillables);
        this.movability = retained == null ? Movability.OF_TASKS : new Movability(retained != RetainedMemory.FIXED);
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

    boolean isOf(MemoryShare other) {
        return share == other;
    }

    long heldBytes() {
        return held;
    }

    /** Adds what it retains more, or less, to the sum of its share. */
    void countInShare(long bytes) {
        if (share != null) {
            share.addRetained(bytes);
        }
    }

    boolean isClaiming() {
        return claimed > 0;
    }

    /** Returns how much it waits for, holding what it has. */
    long claimedBytes() {
        return claimed;
    }

    /** Returns what it lacks of its minimum and waits for. */
    long awaitedBytes() {
        return awaited;
    }

    /** Returns whether it has a share of the pool at the moment. */
    boolean isSharing() {
        return !lettingOthersGo;
    }

    /** Has the task give back what it holds beyond its share, the next time it looks. */
    void wantBack() {
        wantedBack = true;
    }

    Movability movability() {
        return movability;
    }

    boolean isMovable() {
        return movability.isLikely();
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

    /** Returns whether it waits for {@code other} to end, which may be reading blocks that have to go. */
    boolean outlasts(ExecutionAccount other) {
        return this != other && other.number < outlasting;
    }

    // --- asking

    @Override
    public long reserve(long bytes, @Nullable Spillable asking) {
        requireNotNegative(bytes);
        room.makeFor(bytes, false, asking);
        synchronized (ledger) {
            long granted = Math.min(bytes, grantable(false));
            take(granted);
            return granted;
        }
    }

    @Override
    public void require(long bytes, @Nullable Spillable asking) {
        requireNotNegative(bytes);
        if (isTask()) {
            waitOutside(bytes);
        }
        if (!tryTake(bytes, false, asking) && !takeAfterReclaiming(bytes, asking)) {
            if (!isTask()) {
                throw exhausted(bytes, asking);
            }
            contend(bytes, asking);
        }
    }

    private boolean tryTake(long bytes, boolean beyondShare, @Nullable Spillable asking) {
        room.makeFor(bytes, beyondShare, asking);
        synchronized (ledger) {
            if (grantable(beyondShare) < bytes) {
                return false;
            }
            take(bytes);
            return true;
        }
    }

    /** Beyond the fair share if that is free: better than to give up the work done so far. */
    private boolean takeAfterReclaiming(long bytes, @Nullable Spillable asking) {
        reclaimer.sweep();
        boolean taken = tryTake(bytes, true, asking);
        for (int i = 0; !taken && i < SEARCHES && mayHope(bytes) && reclaimer.search(); i++) {
            taken = tryTake(bytes, true, asking);
        }
        return taken;
    }

    /** Returns whether anything that comes free could be this account's, and would be enough. */
    private boolean mayHope(long bytes) {
        synchronized (ledger) {
            return !ledger.isClaimedBefore(this) && bytes <= ledger.poolBytes() - held;
        }
    }

    @Override
    public void settle(@Nullable Spillable asking) {
        if (wantedBack) {
            wantedBack = false;
            room.spillOwn(0, false, asking);
        }
    }

    // --- asked by what makes room, with the monitor held

    /** Returns how much of what it holds a task should move out to be granted {@code bytes}. */
    long toSpill(long bytes, boolean beyondShare) {
        checkOpen();
        long within = Math.min(ledger.freeBytes(), limit(beyondShare));
        long missing = Math.max(bytes - within, ledger.claimedBefore(this) - ledger.freeBytes());
        return missing <= 0 ? 0 : Math.min(held, Math.max(missing, held / SPILLED_PARTS));
    }

    /** Returns what has to come free so that this task gets {@code bytes}, or its minimum if that is less. */
    long lacksMinimum(long bytes) {
        return Math.min(bytes, ledger.fairShare() / 2 - held) - Math.max(0, ledger.freeBytes());
    }

    /** Returns whether others would give back what it lacks of its minimum. */
    boolean mayAwaitMinimum() {
        return !gaveWay()
                && !ledger.isClaimedBefore(this)
                && !(held == 0 && ledger.mustWaitOutside(this))
                && ledger.isAnyBeyondShare(this);
    }

    /** Waits for a change while what is lacking of the minimum goes to nobody else beyond his share. */
    void awaitMinimum(long lacking, long nanos) {
        checkMayWait();
        awaited = lacking;
        ledger.callBackShares();
        try {
            awaitUpTo(nanos);
        } finally {
            awaited = 0;
        }
    }

    /** Returns whose bytes it keeps; null for a task. */
    @Nullable
    RetainedMemory retained() {
        return retained;
    }

    long missing(long bytes, boolean beyondShare) {
        return bytes - Math.min(bytes, grantable(beyondShare));
    }

    /** Returns what has to come free so that this account gets what it may have of {@code bytes}. */
    long shortfall(long bytes, boolean beyondShare) {
        return Math.min(bytes, allowed(beyondShare)) - ledger.freeBytes();
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
        return Math.max(0, limit(beyondShare));
    }

    /** Returns how much more this account may hold by its share or, beyond that, by what others wait for; maybe below 0. */
    private long limit(boolean beyondShare) {
        return isTask() && !beyondShare
                ? ledger.fairShare() - held
                : ledger.executionLimit() - ledger.executionBytes() - ledger.awaitedBytes();
    }

    // --- waiting and giving way

    /** Waits, holding nothing, while older tasks need what there is. */
    private void waitOutside(long bytes) {
        String reason = null;
        synchronized (ledger) {
            while (reason == null && bytes > 0 && held == 0 && ledger.mustWaitOutside(this)) {
                reason = awaitOutside(bytes, false);
            }
        }
        endIfGivingWay(reason);
    }

    /**
     * Waits for a change; with the monitor held. Returns why to give way, if that was asked for meanwhile.
     *
     * @param sharing whether others are to keep to their shares meanwhile
     */
    private @Nullable String awaitOutside(long bytes, boolean sharing) {
        checkMayWait();
        if (ledger.isOutlasted(this)) {
            return giveWay("older tasks need the cached blocks that it reads");
        }
        lettingOthersGo = !sharing;
        if (sharing) {
            ledger.callBackShares();
        }
        try {
            await(bytes, null, ledger.courtesyNanos(this));
            return null;
        } finally {
            lettingOthersGo = false;
        }
    }

    /** Gets {@code bytes} from younger tasks, or gives way to an older one, or fails. */
    private void contend(long bytes, @Nullable Spillable asking) {
        try {
            int rounds = 0;
            while (!takeAmongOthers(bytes, asking)) {
                if (makeOthersLeave(bytes) || !outlastReaders(bytes, asking)) {
                    rounds++;
                }
                if (rounds > ALONE_ROUNDS) {
                    throw exhausted(bytes, asking);
                }
            }
        } finally {
            synchronized (ledger) {
                outlasting = 0;
                claim(0);
            }
        }
    }

    /** Returns false if no other task holds anything, and yet there is not enough. */
    private boolean takeAmongOthers(long bytes, @Nullable Spillable asking) {
        String reason = null;
        synchronized (ledger) {
            while (reason == null) {
                checkMayWait();
                if (grantable(true) >= bytes) {
                    take(bytes);
                    return true;
                }
                if (held + bytes > ledger.withinReachOf(this)) {
                    throw exhausted(bytes, asking);
                }
                ExecutionAccount older = ledger.olderHolder(this);
                if (older != null) {
                    claim(0);
                    reason = held == 0
                            ? awaitOutside(bytes, !ledger.mustWaitOutside(this))
                            : giveWay(older.owner + " is older and needs it");
                } else if (ledger.othersHold(this)) {
                    claim(bytes);
                    ledger.callBackYounger(this);
                    await(bytes, asking, 0);
                } else {
                    claim(bytes);
                    return false;
                }
            }
        }
        endIfGivingWay(reason);
        return false; // not reached: giving way ends the attempt
    }

    /** Waits for so much, or for nothing any more, holding what it has; whoever is younger looks again what that means. */
    private void claim(long bytes) {
        if (isClaiming() != bytes > 0) {
            ledger.changed();
        }
        claimed = bytes;
    }

    /** Has go what other jobs have left for later, which they compute again. */
    private boolean makeOthersLeave(long bytes) {
        return room.evict(bytes, true) > 0
                || room.moveOutputsOut(bytes, true) > 0
                || room.dropOutputsOfOthers(bytes) > 0;
    }

    /**
     * Waits for a change while there are tasks that may pin blocks, or that are having some evicted. Returns false once
     * all who were here have gone, and waits for those who have come since from then on. Fails if no block could help.
     */
    private boolean outlastReaders(long bytes, @Nullable Spillable asking) {
        synchronized (ledger) {
            if (ledger.olderHolder(this) != null || ledger.othersHold(this)) {
                return true;
            }
            if (ledger.unprotectedBytes() < bytes - ledger.freeBytes()) {
                throw exhausted(bytes, asking);
            }
            if (ledger.outlastsAny(this) || ledger.isEvicting()) {
                await(bytes, asking, 0);
                return true;
            }
            outlasting = ledger.nextNumber();
            ledger.changed();
            return false;
        }
    }

    /**
     * Called with the monitor held.
     *
     * @param courtesyNanos how long to wait for somebody who may come; 0 to wait for somebody who is here
     */
    private void await(long bytes, @Nullable Spillable asking, long courtesyNanos) {
        boolean changed = awaitUpTo(courtesyNanos > 0 ? courtesyNanos : ledger.patienceNanos());
        if (!changed && courtesyNanos == 0) {
            throw exhausted(bytes, asking);
        }
        waitedInVain |= !changed;
    }

    /** Called with the monitor held; returns false if nothing has changed for so long. */
    boolean awaitUpTo(long nanos) {
        try {
            return ledger.awaitChange(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TaskKilledException(owner.toString(), "its thread was interrupted while it waited for memory");
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
            throw new TaskKilledException(owner.toString(), reason);
        }
    }

    /** Called with the monitor held. */
    void checkMayWait() {
        checkOpen();
        String reason = gaveWayBecause == null ? cancelledBecause : gaveWayBecause;
        if (reason != null) {
            throw new TaskKilledException(owner.toString(), reason);
        }
    }

    private ExecutionMemoryExhaustedException exhausted(long bytes, @Nullable Spillable asking) {
        synchronized (ledger) {
            String what = asking == null ? owner.toString() : asking.describe() + " of " + owner;
            String others = spillables.describeAllBut(asking);
            String holding = held == 0 ? "" : ", which holds " + Bytes.format(held);
            return new ExecutionMemoryExhaustedException(
                    what + holding + (others.isEmpty() ? "" : " with " + others),
                    bytes,
                    grantable(true),
                    ledger.poolBytes(),
                    ledger.taskCount());
        }
    }

    void checkOpen() {
        if (closed) {
            if (cancelledBecause != null) {
                throw new TaskKilledException(owner.toString(), cancelledBecause);
            }
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
        long now = held + bytes;
        held = now;
        if (isTask()) {
            ledger.addExecution(bytes);
        } else {
            ledger.addRetained(this, bytes);
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
        return held;
    }

    @Override
    public void register(Spillable spillable) {
        spillables.add(spillable);
    }

    @Override
    public void unregister(Spillable spillable) {
        spillables.remove(spillable);
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
        spillables.clear();
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
