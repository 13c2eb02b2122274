package dev.favilla.scheduler;

import dev.favilla.shuffle.ExecutorId;
import java.time.Duration;
import java.util.List;

/**
 * An executor as the scheduler's commands reach it: a room with task slots, memory, cached blocks and map outputs, lost
 * as one. Calls return at once; what happens is posted back as {@link SchedulerEvent}s.
 */
public interface ExecutorBackend {

    ExecutorId id();

    int slots();

    void launch(TaskSpec task);

    void kill(long attemptId, String reason);

    void dropMapOutput(int shuffleId, int mapPartition, long attemptId);

    void dropShuffle(int shuffleId);

    void dropBlocks(int rddId);

    /**
     * Stops all attempts, cooperatively and then by interrupt, and gives everything back within {@code deadline}.
     *
     * @return slots that did not stop in time, one line each with the stack of their thread
     */
    List<String> close(Duration deadline);
}
