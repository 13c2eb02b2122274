package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import java.time.Duration;
import java.util.List;

/**
 * Connects the executors of one context: knows who is there, and how each of them reaches the others.
 *
 * <p><b>Threads.</b> May be used from any thread. Only {@link #close} waits, and not longer than it is told.
 */
public interface BlockNetwork {

    /**
     * Lets the others fetch from {@code executor}.
     *
     * @throws IllegalStateException if it is registered already: incarnations are never reused
     */
    void register(ExecutorId executor, BlockServer server);

    /** Says that {@code executor} is gone. Of several who say so, one is told that it was registered until then. */
    boolean unregister(ExecutorId executor);

    /** Returns how the others look from {@code self}, which need not be registered itself and is never asked. */
    BlockTransfer from(ExecutorId self);

    /** Ends all connections, and returns what has not ended in time. Closing twice is harmless. */
    List<String> close(Duration deadline);
}
