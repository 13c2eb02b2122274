package dev.favilla.scheduler;

import dev.favilla.serializer.Serializer;
import dev.favilla.task.AccumulatorUpdate;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The driver's accumulators of one context, held weakly. May be used from any thread. */
public final class AccumulatorRegistry {

    private final Map<Long, WeakReference<Accumulator<?>>> accumulators = new ConcurrentHashMap<>();

    private final Serializer serializer;

    /** @param serializer reads the updates that come as bytes */
    public AccumulatorRegistry(Serializer serializer) {
        this.serializer = serializer;
    }

    /** Makes {@code accumulator} known, so that updates reach it as long as somebody holds it. */
    public <A extends Accumulator<?>> A register(A accumulator) {
        accumulators.values().removeIf(reference -> reference.refersTo(null));
        accumulators.put(accumulator.id(), new WeakReference<>(accumulator));
        return accumulator;
    }

    /** Adds updates to their accumulators; those no longer referenced are dropped unread. */
    public void apply(List<AccumulatorUpdate> updates) {
        for (AccumulatorUpdate update : updates) {
            WeakReference<Accumulator<?>> reference = accumulators.get(update.accumulatorId());
            Accumulator<?> accumulator = reference == null ? null : reference.get();
            if (accumulator != null) {
                merge(accumulator, update.partial());
            }
        }
    }

    @SuppressWarnings("unchecked") // the partial was made by an accumulator of the same kind and id
    private <P> void merge(Accumulator<P> accumulator, Object partial) {
        accumulator.merge((P) Objects.requireNonNull(SerializedValue.plain(partial, serializer)));
    }
}
