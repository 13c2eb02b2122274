package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.serializer.SerializationException;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the shared variables of one context: broadcasts and accumulators. Used from any thread. */
final class Variables {

    private final Engine engine;
    private final Reachability reachability;
    private final AtomicInteger next = new AtomicInteger();

    Variables(Engine engine, Reachability reachability) {
        this.engine = engine;
        this.reachability = reachability;
    }

    <T> Broadcast<T> broadcast(T value, CallSite site) {
        long id = next.getAndIncrement();
        try {
            engine.broadcasts().put(id, value);
        } catch (SerializationException | IllegalArgumentException e) {
            String type = value.getClass().getName();
            throw Arguments.notWritten(value, "Cannot broadcast a " + type + " (" + site + "): it", e);
        }
        Broadcast<T> broadcast = new Broadcast<>(id, engine.broadcasts());
        Engine parts = engine;
        reachability.track(broadcast, () -> {
            parts.broadcasts().forget(id);
            parts.executorFactory().forgetCopies(id);
        });
        return broadcast;
    }

    /** Returns how many bytes the value has, serialized. */
    long bytes(Broadcast<?> broadcast) {
        return engine.broadcasts().bytes(requireMine(broadcast));
    }

    /** Drops the executors' copies. */
    void unpersist(Broadcast<?> broadcast) {
        engine.executorFactory().forgetCopies(requireMine(broadcast));
    }

    /** @param why what those are told who use it from now on */
    void destroy(Broadcast<?> broadcast, String why) {
        long id = requireMine(broadcast);
        engine.broadcasts().destroy(id, why);
        engine.executorFactory().forgetCopies(id);
    }

    private long requireMine(Broadcast<?> broadcast) {
        if (!broadcast.isFrom(engine.broadcasts())) {
            throw new IllegalArgumentException(
                    broadcast + " was made by another context than this one. Ask the context that made it.");
        }
        return broadcast.id();
    }

    LongAccumulator longAccumulator(String name) {
        return engine.accumulators()
                .register(new LongAccumulator(engine.broadcasts().owner(), next.getAndIncrement(), name));
    }
}
