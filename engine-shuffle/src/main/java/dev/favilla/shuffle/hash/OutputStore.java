package dev.favilla.shuffle.hash;

import dev.favilla.memory.RetainedMemory;
import dev.favilla.shuffle.MapOutputs;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The committed map outputs of one executor.
 *
 * <p><b>Threads.</b> May be used from any thread. Taking an output out of the map decides who releases it.
 */
final class OutputStore implements AutoCloseable {

    private final Map<OutputKey, StoredOutput> outputs = new ConcurrentHashMap<>();

    /** The keys of what was put, by shuffle: there may be tens of thousands of others. */
    private final Map<Integer, Set<OutputKey>> keys = new ConcurrentHashMap<>();

    private final Bands bands = new Bands(this::find);

    private volatile boolean closed;

    /**
     * Makes an output readable.
     *
     * @throws IllegalStateException if the attempt has one already, or the store was closed; the output is not kept
     */
    void put(OutputKey key, StoredOutput output) {
        keys.compute(key.shuffleId(), (id, known) -> {
            Set<OutputKey> ofShuffle = known == null ? ConcurrentHashMap.newKeySet(1) : known;
            ofShuffle.add(key);
            return ofShuffle;
        });
        if (outputs.putIfAbsent(key, output) != null) {
            throw new IllegalStateException(key + " is stored already, which is a bug: attempt ids are never reused");
        }
        // Looked at after the put: either close finds the output, or this finds the store closed.
        if (closed && outputs.remove(key, output)) {
            forget(key);
            throw new IllegalStateException(key + " came after the shuffle manager was closed");
        }
    }

    /** Returns what writes an output out, or drops it, when its memory is wanted; it holds nothing of whoever made it. */
    RetainedMemory memoryOf(OutputKey key) {
        return new RetainedMemory() {

            @Override
            public long moveOut(long bytes) {
                StoredOutput output = find(key);
                long freed = output == null ? 0 : output.moveOut();
                if (freed > 0) {
                    bands.forget(key.shuffleId()); // they know where it was, and keep it there
                }
                return freed;
            }

            @Override
            public long drop() {
                return OutputStore.this.drop(key);
            }
        };
    }

    @Nullable
    StoredOutput find(OutputKey key) {
        return outputs.get(key);
    }

    /** Returns what {@code reducer} gets of all outputs, if that is known for several reducers together. */
    @Nullable
    Band band(MapOutputs all, int reducer) {
        boolean isWorthwhile = keys.containsKey(all.shuffleId())
                && OutputBlocks.packs(all.outputs().get(0).sizes().numReducers());
        return isWorthwhile ? bands.find(all, reducer) : null;
    }

    /** Drops an output, if it is here; returns how many bytes that freed. */
    long drop(OutputKey key) {
        StoredOutput output = outputs.remove(key);
        if (output == null) {
            return 0; // or it is about to be put, and must be found by its shuffle then
        }
        forget(key);
        return output.release();
    }

    private void forget(OutputKey key) {
        keys.computeIfPresent(key.shuffleId(), (id, ofShuffle) -> {
            ofShuffle.remove(key);
            return ofShuffle.isEmpty() ? null : ofShuffle;
        });
        bands.forget(key.shuffleId()); // what is made of it later does not find it
    }

    /** Drops {@code output}, whether or not it was put here. */
    void discard(OutputKey key, StoredOutput output) {
        if (outputs.remove(key, output)) {
            forget(key);
        }
        output.release();
    }

    void drop(int shuffleId) {
        keys.getOrDefault(shuffleId, Set.of()).forEach(this::drop);
        bands.forget(shuffleId);
    }

    int size() {
        return outputs.size();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        for (OutputKey key : outputs.keySet()) {
            drop(key);
        }
    }
}
