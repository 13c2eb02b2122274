package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Map outputs that readers were given, and where each of them was when one of these readers asked. Immutable. */
final class LocatedOutputs {

    private final MapOutputs outputs;
    private final @Nullable StoredOutput[] here;
    private final @Nullable PackedNumbers[] packed;
    private final long bytesPerReducer;

    /** @param find returns an output, if it is here */
    LocatedOutputs(MapOutputs outputs, Function<OutputKey, @Nullable StoredOutput> find) {
        List<MapOutput> all = outputs.outputs();
        this.outputs = outputs;
        this.here = new StoredOutput[all.size()];
        this.packed = new PackedNumbers[all.size()];
        long bytes = 0;
        for (int map = 0; map < here.length; map++) {
            MapOutput output = all.get(map);
            StoredOutput stored =
                    find.apply(new OutputKey(outputs.shuffleId(), output.mapPartition(), output.attemptId()));
            here[map] = stored;
            packed[map] = stored == null ? null : stored.packed();
            bytes += output.sizes().totalBytes();
        }
        this.bytesPerReducer = bytes / numReducers();
    }

    /** Returns whether it is of these outputs: of the very list, which all readers of a stage attempt have. */
    @SuppressWarnings("ReferenceEquality") // equal lists may be of other times
    boolean isOf(MapOutputs other) {
        return outputs == other;
    }

    int shuffleId() {
        return outputs.shuffleId();
    }

    int numReducers() {
        return outputs.outputs().get(0).sizes().numReducers();
    }

    /** Returns how many bytes there are for a reducer, on average. */
    long bytesPerReducer() {
        return bytesPerReducer;
    }

    int numMaps() {
        return here.length;
    }

    MapOutput output(int map) {
        return outputs.outputs().get(map);
    }

    /** Returns where an output is; null if it is not here. */
    @Nullable
    StoredOutput here(int map) {
        return here[map];
    }

    /** Returns an output that consists of short runs of numbers in memory here; null if it is another. */
    @Nullable
    PackedNumbers packed(int map) {
        return packed[map];
    }
}
