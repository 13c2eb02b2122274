package dev.favilla.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what of one pool, and who waits for more.
 *
 * <p><b>Threads.</b> This object is the one monitor of the memory manager. Everything here is called with it held, unless
 * it says otherwise; nothing is called from here.
 */
final class MemoryLedger {

    /** The job of retained bytes before a task moves some there. */
    static final long NO_JOB = Long.MIN_VALUE;

    private static final int LARGEST_SPAN = 1 << 10;

    /** An output that is asked to write something out is asked for this part of the pool at least. */
    private static final int MOVED_PARTS = 64;

    /** How long a task keeps its slot for an older job that has no task at the moment. */
    private static final long COURTESY_NANOS = 1_000_000_000;

    private final long poolBytes;
    private final long protectedBytes;
    private final long patienceNanos;
    private final long minimumPatienceNanos;

    private final List<ExecutionAccount> tasks = new ArrayList<>();
    private final Set<ExecutionAccount> outputs = new LinkedHashSet<>();
    /** The outputs of jobs that have not ended: there may be thousands of others. */
    private final Map<Long, Set<ExecutionAccount>> outputsOfRunning = new HashMap<>();

    private final List<PooledStorage> storages = new ArrayList<>();

    /** The outputs that hold anything: most may have been written out. */
    private final Set<ExecutionAccount> holding = new LinkedHashSet<>();

    private long executionBytes;
    private long retainedBytes;

    /** What outputs hold that cannot be written out, as far as is known. */
    private long fixedBytes;

    private long storageBytes;

    /** What evictors were asked for and have not given back yet. */
    private final Map<Thread, Long> evicting = new HashMap<>();

    /** Jobs whose tasks run one after the other for a while, because one of them had to give way. */
    private final Map<Long, Yielding> yielding = new HashMap<>();

    /** Jobs whose outputs had to go for older ones, which they let end first. */
    private final Set<Long> displaced = new HashSet<>();

    private long opened;
    private long newestJob = -1;
    private long moves;
    private long changes;
    private int waiters;

    /**
     * @param patienceNanos how long a task waits while nobody gives anything back
     * @param minimumPatienceNanos how long one waits that could do something else instead
     */
    MemoryLedger(long poolBytes, long protectedBytes, long patienceNanos, long minimumPatienceNanos) {
        this.poolBytes = poolBytes;
        this.protectedBytes = protectedBytes;
        this.patienceNanos = patienceNanos;
        this.minimumPatienceNanos = minimumPatienceNanos;
    }

    /** May be called without the monitor. */
    long poolBytes() {
        return poolBytes;
    }

    /** May be called without the monitor. */
    long protectedBytes() {
        return protectedBytes;
    }

    MemoryUsage usageOf(MemoryShare share) {
        long execution = 0;
        int active = 0;
        for (ExecutionAccount task : tasks) {
            if (task.isOf(share)) {
                execution += task.heldBytes();
                active++;
            }
        }
        long cached = 0;
        for (PooledStorage storage : storages) {
            cached += storage.isOf(share) ? storage.reservedBytes() : 0;
        }
        return new MemoryUsage(poolBytes, execution, share.retainedBytes(), cached, active);
    }

    /** Returns the time that waits are measured with. */
    long nanoTime() {
        return System.nanoTime();
    }

    /** May be called without the monitor. */
    long patienceNanos() {
        return patienceNanos;
    }

    /** May be called without the monitor. */
    long minimumPatienceNanos() {
        return minimumPatienceNanos;
    }

    MemoryUsage usage() {
        return new MemoryUsage(poolBytes, executionBytes, retainedBytes, storageBytes, tasks.size());
    }

    // --- opening and closing

    long nextNumber() {
        return opened++;
    }

    void open(ExecutionAccount account) {
        if (account.isTask()) {
            tasks.add(account);
            newestJob = Math.max(newestJob, account.job());
        } else {
            outputs.add(account);
        }
    }

    void close(ExecutionAccount account) {
        if (!account.isTask()) {
            outputs.remove(account);
            Set<ExecutionAccount> ofJob = outputsOfRunning.get(account.job());
            if (ofJob != null && ofJob.remove(account) && ofJob.isEmpty()) {
                outputsOfRunning.remove(account.job());
            }
        } else if (tasks.remove(account)) {
            if (!yielding.isEmpty()) {
                endOneOfYielding(account);
            }
        }
        changed();
    }

    private void endOneOfYielding(ExecutionAccount task) {
        Yielding job = yielding.get(task.job());
        if (job != null && !task.gaveWay()) {
            job.left--;
        }
        if (tasks.isEmpty()) {
            yielding.clear(); // nobody is left to be in anybody's way
        }
    }

    /** Notes that an output, which had no job, is one of {@code job}. */
    void assign(ExecutionAccount output, long job) {
        outputsOfRunning.computeIfAbsent(job, id -> new LinkedHashSet<>()).add(output);
    }

    void open(PooledStorage storage) {
        storages.add(storage);
    }

    void close(PooledStorage storage) {
        storages.remove(storage);
    }

    List<PooledStorage> storages() {
        return List.copyOf(storages);
    }

    List<PooledStorage> storagesOf(MemoryShare share) {
        List<PooledStorage> all = new ArrayList<>(storages);
        all.removeIf(storage -> !storage.isOf(share));
        return all;
    }

    List<ExecutionAccount> accountsOf(MemoryShare share) {
        List<ExecutionAccount> all = new ArrayList<>(tasks);
        all.addAll(outputs);
        all.removeIf(account -> !account.isOf(share));
        return all;
    }

    /** Returns the newest job that had a task. */
    long newestJob() {
        return newestJob;
    }

    // --- bytes

    void addExecution(long bytes) {
        executionBytes += bytes;
        changedBy(bytes);
    }

    void addRetained(ExecutionAccount output, long bytes) {
        retainedBytes += bytes;
        fixedBytes += output.isMovable() ? 0 : bytes;
        output.countInShare(bytes);
        if (output.heldBytes() == 0) {
            holding.remove(output);
        } else {
            holding.add(output);
        }
        changedBy(bytes);
    }

    void addStorage(long bytes) {
        storageBytes += bytes;
        changedBy(bytes);
        if (bytes < 0) {
            evicting.computeIfPresent(Thread.currentThread(), (thread, asked) -> Math.max(0, asked + bytes));
        }
    }

    long freeBytes() {
        return poolBytes - executionBytes - retainedBytes - storageBytes;
    }

    /** Returns what storage may hold at most while execution holds what it does. */
    long storageLimit() {
        return poolBytes - executionBytes - retainedBytes;
    }

    /** Returns what storage has above its protected share. */
    long unprotectedBytes() {
        return Math.max(0, storageBytes - protectedBytes);
    }

    /** Returns what of that nobody is evicting yet. */
    long evictableBytes() {
        long going = 0;
        for (long asked : evicting.values()) {
            going += asked;
        }
        return Math.max(0, storageBytes - protectedBytes - going);
    }

    /** Counts {@code bytes} as gone, which the present thread is about to have evicted. */
    void beginEviction(long bytes) {
        evicting.put(Thread.currentThread(), bytes);
    }

    void endEviction() {
        evicting.remove(Thread.currentThread());
        changed();
    }

    /** Returns whether anybody is having blocks evicted. */
    boolean isEvicting() {
        return !evicting.isEmpty();
    }

    /** Returns whether a block of so many bytes may go, on the thread that is evicting. */
    boolean mayEvict(long bytes) {
        Long own = evicting.get(Thread.currentThread());
        return bytes <= evictableBytes() + (own == null ? 0 : own);
    }

    /** Returns what tasks may hold together at most, once all was evicted and written out that can be. */
    private long sharedByTasks() {
        return poolBytes - fixedBytes - Math.min(storageBytes, protectedBytes);
    }

    /** Returns the fair part of one task. */
    long fairShare() {
        int sharing = 0;
        for (ExecutionAccount task : tasks) {
            sharing += task.isSharing() ? 1 : 0;
        }
        return sharedByTasks() / Math.max(1, sharing);
    }

    /** Returns what execution could hold in all. */
    long executionLimit() {
        return sharedByTasks();
    }

    /** Returns what is held by tasks. */
    long executionBytes() {
        return executionBytes;
    }

    /** Returns how many tasks there are. */
    int taskCount() {
        return tasks.size();
    }

    /** Returns what {@code task} could hold if all others gave back what they can be made to. */
    long withinReachOf(ExecutionAccount task) {
        long own = 0;
        for (ExecutionAccount output : outputsOfRunning.getOrDefault(task.job(), Set.of())) {
            own += output.isMovable() ? 0 : output.heldBytes();
        }
        return poolBytes - own - Math.min(storageBytes, protectedBytes);
    }

    // --- who is in whose way

    /** Returns whether an older task waits for what comes free. */
    boolean isClaimedBefore(ExecutionAccount task) {
        for (ExecutionAccount other : tasks) {
            if (other.isClaiming() && other.isOlderThan(task)) {
                return true;
            }
        }
        return false;
    }

    /** Returns how much older tasks wait for, holding what they have. */
    long claimedBefore(ExecutionAccount task) {
        long claimed = 0;
        for (ExecutionAccount other : tasks) {
            claimed += other.isOlderThan(task) ? other.claimedBytes() : 0;
        }
        return claimed;
    }

    /** Returns how much tasks lack of their minimum and wait for: nobody else gets it beyond his share. */
    long awaitedBytes() {
        long awaited = 0;
        for (ExecutionAccount task : tasks) {
            awaited += task.awaitedBytes();
        }
        return awaited;
    }

    /** Returns whether another task holds more than its share. */
    boolean isAnyBeyondShare(ExecutionAccount task) {
        long share = fairShare();
        for (ExecutionAccount other : tasks) {
            if (other != task && other.heldBytes() > share) {
                return true;
            }
        }
        return false;
    }

    /** Has those who hold more than their share move the rest out, the next time they look. */
    void callBackShares() {
        long share = fairShare();
        for (ExecutionAccount task : tasks) {
            if (task.heldBytes() > share) {
                task.wantBack();
            }
        }
    }

    /** Has younger tasks move out what an older one claims, the next time they look. */
    void callBackYounger(ExecutionAccount claimant) {
        for (ExecutionAccount task : tasks) {
            if (claimant.isOlderThan(task) && task.heldBytes() > 0) {
                task.wantBack();
            }
        }
    }

    /** Returns whether any task waits for what comes free. */
    boolean isClaimed() {
        for (ExecutionAccount task : tasks) {
            if (task.isClaiming()) {
                return true;
            }
        }
        return false;
    }

    /** Returns an older task that holds memory or waits for some. */
    @Nullable
    ExecutionAccount olderHolder(ExecutionAccount task) {
        for (ExecutionAccount other : tasks) {
            if ((other.heldBytes() > 0 || other.isClaiming()) && other.isOlderThan(task)) {
                return other;
            }
        }
        return null;
    }

    /** Returns whether another task holds memory. */
    boolean othersHold(ExecutionAccount task) {
        for (ExecutionAccount other : tasks) {
            if (other != task && other.heldBytes() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a task that holds nothing has to wait before it may. */
    boolean mustWaitOutside(ExecutionAccount task) {
        return isClaimedBefore(task) || (isYielding(task.job()) && olderHolder(task) != null) || waitsForOlderJob(task);
    }

    /**
     * Returns whether a task lets an older job end first, because the outputs of its own would only be in the way again.
     * Not for ever: it may be in the very slot that the older one needs.
     */
    private boolean waitsForOlderJob(ExecutionAccount task) {
        return displaced.contains(task.job())
                && !task.hasWaitedInVain()
                && (isAnyOlder(tasks, task) || isAnyOlder(outputs, task));
    }

    private static boolean isAnyOlder(Collection<ExecutionAccount> accounts, ExecutionAccount task) {
        for (ExecutionAccount other : accounts) {
            if (other.job() < task.job() && other.job() != NO_JOB && !other.isLeftOver()) {
                return true;
            }
        }
        return false;
    }

    /** Returns how long a task waits for an older job that holds nothing it needs; 0 if it waits for other reasons. */
    long courtesyNanos(ExecutionAccount task) {
        if (isClaimedBefore(task) || (isYielding(task.job()) && olderHolder(task) != null) || !waitsForOlderJob(task)) {
            return 0;
        }
        return isAnyOlder(tasks, task) ? patienceNanos : COURTESY_NANOS;
    }

    /** Notes that outputs of a job had to go for an older one. */
    void displace(long job) {
        displaced.add(job);
    }

    /** Notes that a job has ended. */
    void endJob(long job) {
        displaced.remove(job);
        yielding.remove(job);
        Set<ExecutionAccount> left = outputsOfRunning.remove(job);
        if (left != null) {
            left.forEach(ExecutionAccount::leaveOver);
        }
        changed();
    }

    private boolean isYielding(long job) {
        Yielding found = yielding.get(job);
        return found != null && found.left > 0;
    }

    /** Has the tasks of a job run one after the other until some have ended; longer each time it is needed. */
    void runInTurn(long job) {
        Yielding found = yielding.computeIfAbsent(job, id -> new Yielding());
        if (found.left <= 0) {
            found.span = Math.min(LARGEST_SPAN, 2 * found.span);
            found.left = found.span;
        }
    }

    /** Returns whether there is a task whose end {@code claimant} waits for. */
    boolean outlastsAny(ExecutionAccount claimant) {
        for (ExecutionAccount other : tasks) {
            if (claimant.outlasts(other)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether another waits for the end of {@code task}, which may be reading blocks that are to be evicted. */
    boolean isOutlasted(ExecutionAccount task) {
        for (ExecutionAccount other : tasks) {
            if (other.outlasts(task)) {
                return true;
            }
        }
        return false;
    }

    // --- what can be written out

    /**
     * Returns the output that is written out next, if there is one to ask: of a job that has ended, or else the biggest,
     * or else of the oldest job. What is being written out by another task, or had nothing to write out lately, is not
     * asked.
     *
     * @param any whether any will do; else one that is not counted on, since there was nothing to write out before
     */
    @Nullable
    ExecutionAccount nextToMove(boolean any) {
        moves++;
        ExecutionAccount best = null;
        for (ExecutionAccount output : holding) {
            if (output.movability().mayMove(moves)
                    && (any || !output.isMovable())
                    && (best == null || goesBefore(output, best))) {
                best = output;
            }
        }
        return best;
    }

    private static boolean goesBefore(ExecutionAccount output, ExecutionAccount other) {
        if (output.isLeftOver() != other.isLeftOver()) {
            return output.isLeftOver();
        }
        return output.heldBytes() == other.heldBytes()
                ? output.job() < other.job()
                : output.heldBytes() > other.heldBytes();
    }

    /** Returns how much an output is asked to write out when {@code bytes} are wanted. */
    long worthMoving(long bytes) {
        return Math.max(bytes, poolBytes / MOVED_PARTS);
    }

    /** Returns whether any output is being written out. */
    boolean isMoving() {
        for (ExecutionAccount output : holding) {
            if (output.movability().isMoving()) {
                return true;
            }
        }
        return false;
    }

    /** Notes whether anything of an output could be written out. */
    void endMove(ExecutionAccount output, boolean freed) {
        long fixedBefore = output.isMovable() ? 0 : output.heldBytes();
        output.movability().end(freed, moves);
        fixedBytes += (output.isMovable() ? 0 : output.heldBytes()) - fixedBefore;
        changed();
    }

    /** Returns the outputs of other jobs: those of jobs that have ended first, then the youngest job's. */
    List<ExecutionAccount> outputsOfOthers(ExecutionAccount task) {
        List<ExecutionAccount> others = new ArrayList<>();
        for (ExecutionAccount output : holding) {
            if (output.job() != task.job()) {
                others.add(output);
            }
        }
        others.sort((left, right) -> left.isLeftOver() == right.isLeftOver()
                ? Long.compare(right.job(), left.job())
                : Boolean.compare(right.isLeftOver(), left.isLeftOver()));
        return others;
    }

    // --- waiting

    private void changedBy(long bytes) {
        if (bytes < 0) {
            changed();
        }
    }

    /** Wakes those who wait. */
    void changed() {
        changes++;
        if (waiters > 0) {
            notifyAll();
        }
    }

    /** Waits until something has changed, at most so long; returns false if nothing has. */
    boolean awaitChange(long nanos) throws InterruptedException {
        long seen = changes;
        long begin = nanoTime();
        waiters++;
        try {
            while (changes == seen) {
                long left = nanos - (nanoTime() - begin);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } finally {
            waiters--;
        }
    }

    private static final class Yielding {

        /** How many tasks have to end before others may run beside each other again. */
        private int span = 1;

        private int left;
    }
}
