package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultInjector;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.storage.BlockManager;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an executor is made of.
 *
 * @param id names this life of the executor
 * @param slots how many attempts run at once, at least 1
 * @param memory its budget
 * @param blocks its cached partitions
 * @param shuffle its map outputs
 * @param threads makes the slots' threads
 * @param scopeInitializer prepares the scope of each attempt before its work begins
 * @param isolation writes what passes between it and the driver; null where they share objects
 * @param clock tells how long attempts take
 * @param faults steps in at the sites that attempts reach; null in earnest
 * @param life told when it leaves and when it has ended
 */
public record ExecutorEnv(
        ExecutorId id,
        int slots,
        MemoryManager memory,
        BlockManager blocks,
        ShuffleManager shuffle,
        ThreadFactory threads,
        Consumer<TaskScope> scopeInitializer,
        @Nullable Serializer isolation,
        InstantSource clock,
        @Nullable FaultInjector faults,
        Life life) {

    /** Told of the end of an executor, whoever ends it. Each may be told more than once. */
    public interface Life {

        /** Nobody listens. */
        Life UNWATCHED = new Life() {};

        /** It is about to end: nobody is to find anything there from now on. */
        default void leaving() {}

        /** It has ended, but for threads that do not let go. */
        default void ended() {}
    }
}
