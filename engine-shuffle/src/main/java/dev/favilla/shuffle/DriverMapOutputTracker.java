package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The map output tracker that the scheduler keeps in its own memory.
 *
 * <p>A map partition's first output in a generation sets the digest and the number of records that every replacement is
 * compared with. Both outlive the output: they are forgotten only when the shuffle is removed or invalidated.
 *
 * <p><b>Threads.</b> Belongs to one thread, the scheduler's turn. The {@link MapOutputs} it returns are immutable.
 *
 * <p><b>Failures.</b> Forgetting what is not there is harmless. Asking for the state of a shuffle that was never added,
 * or was removed, is an {@link IllegalStateException}: a scheduler bug, {@link #contains} tells.
 */
public final class DriverMapOutputTracker implements MapOutputTracker {

    /** By id, so that what is listed comes in the same order in every run. */
    private final Map<Integer, Outputs> shuffles = new TreeMap<>();

    /** Opens a tracker that knows no shuffle. */
    public DriverMapOutputTracker() {}

    @Override
    public void add(int shuffleId, int numMaps) {
        if (numMaps < 0) {
            throw new IllegalArgumentException("numMaps must be >= 0, got " + numMaps);
        }
        shuffles.computeIfAbsent(shuffleId, id -> new Outputs(numMaps));
    }

    @Override
    public List<MapOutput> remove(int shuffleId) {
        Outputs removed = shuffles.remove(shuffleId);
        return removed == null ? List.of() : removed.present();
    }

    @Override
    public boolean contains(int shuffleId) {
        return shuffles.containsKey(shuffleId);
    }

    @Override
    public Registration register(int shuffleId, MapOutput output) {
        Outputs outputs = of(shuffleId);
        int mapPartition = output.mapPartition();
        if (mapPartition < 0 || mapPartition >= outputs.byMap.length) {
            throw new IllegalArgumentException("mapPartition must be from 0 to " + (outputs.byMap.length - 1)
                    + " in shuffle " + shuffleId + ", got " + mapPartition);
        }
        return outputs.register(output);
    }

    @Override
    public boolean unregister(int shuffleId, int mapPartition, long attemptId) {
        Outputs outputs = shuffles.get(shuffleId);
        if (outputs == null || mapPartition < 0 || mapPartition >= outputs.byMap.length) {
            return false;
        }
        MapOutput output = outputs.byMap[mapPartition];
        if (output == null || output.attemptId() != attemptId) {
            return false;
        }
        outputs.forget(mapPartition);
        return true;
    }

    @Override
    public List<Integer> unregister(ExecutorId executor) {
        List<Integer> losers = new ArrayList<>();
        shuffles.forEach((id, outputs) -> {
            if (outputs.forget(executor)) {
                losers.add(id);
            }
        });
        return losers;
    }

    @Override
    public List<MapOutput> invalidate(int shuffleId) {
        return of(shuffleId).invalidate();
    }

    @Override
    public void advance(int shuffleId) {
        of(shuffleId).generation++;
    }

    @Override
    public long generation(int shuffleId) {
        return of(shuffleId).generation;
    }

    @Override
    public boolean hasOutputBefore(int shuffleId, long attemptId) {
        return of(shuffleId).oldestAttempt < attemptId;
    }

    @Override
    public BitSet missing(int shuffleId) {
        return of(shuffleId).missing();
    }

    @Override
    public boolean isComplete(int shuffleId) {
        Outputs outputs = of(shuffleId);
        return outputs.count == outputs.byMap.length;
    }

    @Override
    public MapOutputs snapshot(int shuffleId) {
        Outputs outputs = of(shuffleId);
        List<MapOutput> present = outputs.present();
        if (present.size() < outputs.byMap.length) {
            throw new IllegalStateException("Shuffle " + shuffleId + " lacks the outputs of map partitions "
                    + outputs.missing() + " of " + outputs.byMap.length + "; readers need all of them");
        }
        return new MapOutputs(shuffleId, outputs.generation, present);
    }

    @Override
    public int size() {
        return shuffles.size();
    }

    private Outputs of(int shuffleId) {
        Outputs outputs = shuffles.get(shuffleId);
        if (outputs == null) {
            throw new IllegalStateException("Shuffle " + shuffleId + " is not registered");
        }
        return outputs;
    }

    /** The outputs of one shuffle and what its first outputs of this generation looked like. */
    private static final class Outputs {

        private final @Nullable MapOutput[] byMap;
        private int count;
        private long generation;

        /** The oldest attempt of which an output was taken since the last invalidation, lost or not. */
        private long oldestAttempt = Long.MAX_VALUE;

        /** Map partitions whose contents this generation has fixed, and how. */
        private final BitSet fixed = new BitSet();

        private final long[] digests;
        private final long[] records;

        Outputs(int numMaps) {
            byMap = new MapOutput[numMaps];
            digests = new long[numMaps];
            records = new long[numMaps];
        }

        Registration register(MapOutput output) {
            int map = output.mapPartition();
            if (byMap[map] != null) {
                return Registration.SURPLUS;
            }
            boolean differs = fixed.get(map) && (digests[map] != output.digest() || records[map] != output.records());
            byMap[map] = output;
            oldestAttempt = Math.min(oldestAttempt, output.attemptId());
            count++;
            fixed.set(map);
            digests[map] = output.digest();
            records[map] = output.records();
            return differs ? Registration.DIFFERENT : Registration.SAME;
        }

        void forget(int map) {
            byMap[map] = null;
            count--;
        }

        boolean forget(ExecutorId executor) {
            int before = count;
            for (int map = 0; map < byMap.length; map++) {
                MapOutput output = byMap[map];
                if (output != null && output.executor().equals(executor)) {
                    forget(map);
                }
            }
            return count < before;
        }

        List<MapOutput> invalidate() {
            List<MapOutput> had = present();
            Arrays.fill(byMap, null);
            count = 0;
            fixed.clear();
            oldestAttempt = Long.MAX_VALUE;
            generation++;
            return had;
        }

        List<MapOutput> present() {
            List<MapOutput> present = new ArrayList<>(count);
            for (MapOutput output : byMap) {
                if (output != null) {
                    present.add(output);
                }
            }
            return present;
        }

        BitSet missing() {
            BitSet missing = new BitSet(byMap.length);
            for (int map = 0; map < byMap.length; map++) {
                if (byMap[map] == null) {
                    missing.set(map);
                }
            }
            return missing;
        }
    }
}
