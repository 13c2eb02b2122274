package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.executor.InProcessExecutor;
import dev.favilla.shuffle.BlockNetwork;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.ResultBlocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the executors of one context, names them and connects them. Which of them there are, the scheduler knows.
 *
 * <p><b>Threads.</b> May be used from any thread. Executors are disconnected on the thread that ends them.
 */
final class ExecutorFactory {

    private final ExecutorParts.Plan plan;
    private final boolean isolated;
    private final BlockNetwork network;
    private final AtomicInteger nextName = new AtomicInteger();
    private final AtomicLong nextIncarnation = new AtomicLong();

    /** @param network connects them, and the driver */
    ExecutorFactory(ExecutorParts.Plan plan, BlockNetwork network) {
        this.plan = plan;
        this.network = network;
        network.register(BlockServers.DRIVER, plan.broadcasts());
        this.isolated = plan.settings().master().isolated();
    }

    boolean makesIsolated() {
        return isolated;
    }

    /** Returns whether what passes between executors and the driver passes as bytes. */
    boolean passesBytes() {
        return plan.isolation() != null;
    }

    /** Returns how the executors are made that the context opens with. */
    List<ExecutorMaker> first() {
        List<ExecutorMaker> first = new ArrayList<>();
        for (int i = 0; i < plan.settings().master().executors(); i++) {
            first.add(maker(newId()));
        }
        return first;
    }

    /** Returns the id of another executor. */
    ExecutorId newId() {
        return incarnation(isolated ? "executor-" + nextName.incrementAndGet() : "driver");
    }

    private ExecutorId incarnation(String name) {
        return new ExecutorId(name, nextIncarnation.getAndIncrement());
    }

    /** Returns how an executor is made, given where its events go. */
    ExecutorMaker maker(ExecutorId id) {
        return events -> {
            ResultBlocks results = isolated ? new ResultBlocks(id, network.from(BlockServers.DRIVER)) : null;
            ExecutorParts parts = new ExecutorParts(id, plan, network.from(id), results, events, this::disconnect);
            InProcessExecutor executor = new InProcessExecutor(parts.env(), events);
            try {
                network.register(id, parts.server());
            } catch (RuntimeException | Error e) { // no memory for it: nobody knows of this executor
                executor.abandon("it could not be opened");
                throw e;
            }
            return executor;
        };
    }

    /** Returns how another executor is made for the place of one that is given up. */
    ExecutorMaker replacement(ExecutorId id) {
        return maker(incarnation(id.name()));
    }

    /** Has the others find nothing there any more. Of several who ask, one is told that they could until then. */
    boolean disconnect(ExecutorId id) {
        return network.unregister(id);
    }

    /** Ends what connects executors, none of which is left, and returns what has not ended in time. */
    List<String> close(Duration deadline) {
        return network.close(deadline);
    }
}
