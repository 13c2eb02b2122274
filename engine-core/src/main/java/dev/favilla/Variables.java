package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Prepared;
import dev.favilla.scheduler.ContextId;
import dev.favilla.serializer.SerializationException;
import dev.favilla.stats.Aggregate;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the shared variables of one context, broadcasts and accumulators, and is the driver's side of its broadcasts. Used
 * from any thread.
 */
final class Variables implements Broadcast.Source {

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
        return tracked(id, new Broadcast<>(id, this));
    }

    /** Broadcasts something that is the engine's own, which nobody changes any more. */
    Prepared.Shared share(Object value) {
        long id = next.getAndIncrement();
        engine.broadcasts().share(id, value, engine.isolated());
        return tracked(id, new Prepared.Shared(id));
    }

    /** Has a broadcast dropped when its handle cannot be reached any more. */
    private <H> H tracked(long id, H handle) {
        Engine parts = engine;
        reachability.track(handle, () -> {
            parts.broadcasts().forget(id);
            parts.executors().dropBroadcast(id);
        });
        return handle;
    }

    @Override
    public @Nullable Object value(long id) {
        return engine.broadcasts().value(id);
    }

    @Override
    public ContextId owner() {
        return engine.broadcasts().owner();
    }

    @Override
    public long bytes(long id) {
        return engine.broadcasts().bytes(id);
    }

    @Override
    public void unpersist(long id) {
        engine.executors().dropBroadcast(id);
    }

    @Override
    public void destroy(long id, String why) {
        engine.broadcasts().destroy(id, why);
        engine.executors().dropBroadcast(id);
    }

    LongAccumulator longAccumulator(String name) {
        return new LongAccumulator(
                engine.accumulators().register(new LongAccumulator.Totals(owner(), next.getAndIncrement(), name)));
    }

    DoubleAccumulator doubleAccumulator(String name) {
        return new DoubleAccumulator(
                engine.accumulators().register(new DoubleAccumulator.Totals(owner(), next.getAndIncrement(), name)));
    }

    <T extends @Nullable Object> CollectionAccumulator<T> collectionAccumulator(String name) {
        return new CollectionAccumulator<>(engine.accumulators()
                .register(new CollectionAccumulator.Values<T>(owner(), next.getAndIncrement(), name)));
    }

    <T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
            AggregateAccumulator<T, R> accumulator(String name, Aggregate<T, A, R> aggregate) {
        return new AggregateAccumulator<>(engine.accumulators()
                .register(new AggregateAccumulator.Parts<>(owner(), next.getAndIncrement(), name, aggregate)));
    }
}
