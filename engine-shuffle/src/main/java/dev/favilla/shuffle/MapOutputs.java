package dev.favilla.shuffle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The complete map outputs of one shuffle at one moment: what a reader is given, and all it may read.
 *
 * @param shuffleId which shuffle
 * @param generation which generation; a result computed from another one than the current is stale
 * @param outputs one per map partition, in map order
 */
public record MapOutputs(int shuffleId, long generation, List<MapOutput> outputs) {

    public MapOutputs {
        outputs = List.copyOf(outputs);
    }

    /**
     * Returns the executors that hold at least {@code share} of what {@code reducer} will read, the one with the most
     * first: the places where it is best run. Empty if nothing was sent to it.
     *
     * @param share from 0, exclusive, to 1
     */
    public List<ExecutorId> locations(int reducer, double share) {
        Map<ExecutorId, Long> held = new LinkedHashMap<>();
        long total = 0;
        for (MapOutput output : outputs) {
            long bytes = output.sizes().estimate(reducer);
            if (bytes > 0) {
                held.merge(output.executor(), bytes, Long::sum);
                total += bytes;
            }
        }
        double enough = share * total;
        return held.entrySet().stream()
                .filter(place -> place.getValue() >= enough)
                .sorted(Map.Entry.<ExecutorId, Long>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
    }
}
