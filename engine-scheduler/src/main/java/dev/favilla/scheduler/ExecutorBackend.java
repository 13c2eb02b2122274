package dev.favilla.scheduler;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import java.time.Duration;
import java.util.List;

/**
 * An executor as the scheduler's commands reach it: task slots, memory, cached blocks and map outputs, lost
 * as one. Calls return at once; what happens is posted back as {@link SchedulerEvent}s.
 */
public interface ExecutorBackend {

    ExecutorId id();

    int slots();

    /**
     * Returns how many attempts may wait here while all slots are busy, for whichever is free first; 0 where none can be
     * {@linkplain #withdraw taken back}.
     */
    default int ahead() {
        return 0;
    }

    /**
     * Wakes a slot that has nothing to do, so that it looks into the mailbox; returns false if there is none. May be
     * called wherever a thread is on its stack: it takes no lock, and changes nothing that a thread in trouble could
     * leave behind half changed.
     */
    default boolean wake() {
        return false;
    }

    void launch(TaskSpec task);

    /** Asks an attempt to stop, and interrupts its thread if {@code interrupt}. Unknown attempts are ignored. */
    void kill(long attemptId, String reason, boolean interrupt);

    /** Takes an attempt back that has not begun, and says so. One that has begun, or that is unknown, is left alone. */
    default void withdraw(long attemptId) {}

    /** Gives the slot of an attempt up that ignores being killed: another thread takes its place. */
    void replaceSlot(long attemptId);

    /** Tells an attempt that has asked whether it may commit. */
    void answerCommit(long attemptId, boolean granted);

    void dropMapOutput(int shuffleId, int mapPartition, long attemptId);

    void dropShuffle(int shuffleId);

    void dropBlocks(int rddId);

    /** Drops one cached block. */
    void dropBlock(BlockId block);

    /** Drops the copy of a broadcast. */
    void dropBroadcast(long broadcastId);

    /** Says that a job has ended: none of its attempts comes any more. */
    void endJob(int jobId);

    /** Returns what is held now. */
    ExecutorUsage usage();

    /** Returns how much lies on its local disk now. Cheap: it is asked before each job. */
    default long diskBytes() {
        return usage().disk().bytes();
    }

    /** Returns what is kept of a dataset. */
    BlockManager.CachedSize sizeOf(int rddId);

    /**
     * Gives up everything at once, as if the process had died: attempts are interrupted, blocks and map outputs are
     * gone, and nothing is posted any more. Threads end as soon as user code lets them; {@link #close} waits for them.
     */
    void abandon(String reason);

    /**
     * Stops all attempts, cooperatively and then by interrupt, and gives everything back within {@code deadline}.
     *
     * @return slots that did not stop in time, one line each with the stack of their thread
     */
    List<String> close(Duration deadline);
}
