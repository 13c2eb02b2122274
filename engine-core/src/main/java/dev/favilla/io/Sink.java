package dev.favilla.io;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of a dataset go: implement it to write what the engine does not know. A save is one job:
 *
 * <ol>
 *   <li>{@link #begin}, on the thread that called {@code RDD.write};
 *   <li>in tasks, for each attempt at a partition, {@link #open}, the records, and {@link SinkWriter#commit} or
 *       {@link SinkWriter#abort};
 *   <li>{@link #commit} with one receipt for each partition, or {@link #abort}, on the thread of {@link #begin}.
 * </ol>
 *
 * <p><b>Exactly once.</b> A partition may be tried any number of times, and by two attempts at once. Of those that run at
 * the same time one at most is allowed to commit, and {@link #commit} is given the receipt of exactly one attempt for each
 * partition. An attempt that has committed may still be lost with its executor, or be taken back because its input was
 * computed anew; then another one commits, and the first receipt is heard of no more. So what an attempt writes should be
 * staged, under a name that has the attempt's id in it, and become visible in {@link #commit} alone. What an attempt
 * makes visible itself may be there twice.
 *
 * <p><b>Copies.</b> Captured after {@link #begin}, as functions are: attempts see what it has set, and what they change is
 * seen by nobody.
 *
 * @param <T> the type of the records, which may be null
 */
public interface Sink<T extends @Nullable Object> extends Serializable {

    /**
     * Prepares the output, before any task. One that throws has left nothing: neither {@link #commit} nor {@link #abort}
     * is called then.
     *
     * @param partitions how many partitions there are, 0 or more
     */
    default void begin(int partitions) throws Exception {}

    /**
     * Opens a writer in a task.
     *
     * @param partition which partition it writes, from 0
     * @param attemptId of the attempt, unique in the context and never used again
     */
    SinkWriter<T> open(int partition, long attemptId) throws Exception;

    /**
     * Makes the output of all partitions visible, at once if that is possible. If this throws, {@link #abort} follows.
     *
     * @param receipts what the {@link SinkWriter#commit} of each partition has returned, in the order of partitions
     */
    void commit(List<String> receipts) throws Exception;

    /**
     * Removes what was written: the job has failed or was cancelled, or {@link #commit} has thrown. Attempts that have not
     * noticed may still be writing.
     */
    default void abort() throws Exception {}
}
