package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.MapOutputs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@linkplain Band bands} that readers on one executor have asked for last. Neighbouring reducers are read soon after
 * each other, so few are enough.
 *
 * <p><b>Memory.</b> Nobody pays for them. They are {@value #MOST_BANDS}, each for as many reducers as get about
 * {@value #USUAL_BYTES} bytes together, and none copies more than twice that.
 *
 * <p><b>Threads.</b> May be used from any thread. Of several who want a band one makes it and the others wait: for as long
 * as it takes to look at each map output once. Nothing is waited for meanwhile.
 */
final class Bands {

    private static final int MOST_BANDS = 4;
    private static final int USUAL_BYTES = 256 << 10;

    private final Function<OutputKey, @Nullable StoredOutput> store;

    // What follows is guarded by this object's monitor.

    private final Deque<Band> latest = new ArrayDeque<>(MOST_BANDS);

    /** What was located last; null if it was forgotten. */
    private @Nullable LocatedOutputs located;

    /** @param store returns the outputs that are here */
    Bands(Function<OutputKey, @Nullable StoredOutput> store) {
        this.store = store;
    }

    /** Returns a band for {@code reducer}; null if so much is sent to reducers that each looks for its own. */
    synchronized @Nullable Band find(MapOutputs outputs, int reducer) {
        for (Band band : latest) {
            if (band.isFor(outputs, reducer)) {
                return band;
            }
        }
        LocatedOutputs all = locate(outputs);
        int width = width(all.bytesPerReducer());
        if (width == 1) {
            return null;
        }
        Band band = new Band(all, reducer / width * width, width);
        if (latest.size() == MOST_BANDS) {
            latest.remove();
        }
        latest.add(band);
        return band;
    }

    private LocatedOutputs locate(MapOutputs outputs) {
        LocatedOutputs known = located;
        if (known != null && known.isOf(outputs)) {
            return known;
        }
        for (Band band : latest) {
            if (band.outputs().isOf(outputs)) {
                return band.outputs();
            }
        }
        LocatedOutputs all = new LocatedOutputs(outputs, store);
        located = all;
        return all;
    }

    private static int width(long bytesPerReducer) {
        int width = Band.MOST_REDUCERS;
        while (width > 1 && width * bytesPerReducer > USUAL_BYTES) {
            width /= 2;
        }
        return width;
    }

    /** Lets go of what is known of a shuffle, some of whose outputs are no longer where they were. */
    synchronized void forget(int shuffleId) {
        latest.removeIf(band -> band.outputs().shuffleId() == shuffleId);
        LocatedOutputs last = located;
        if (last != null && last.shuffleId() == shuffleId) {
            located = null;
        }
    }
}
