package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.shuffle.MapOutputs;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The real tracker, watched: keeps what is registered, by attempt, and can be broken on purpose. */
class SimTracker implements MapOutputTracker {

    /** One registered output. */
    record Registered(int shuffle, int map, long attempt, ExecutorId executor) {}

    private final MapOutputTracker tracker = new DriverMapOutputTracker();
    private final Map<Integer, Map<Integer, MapOutput>> registered = new TreeMap<>();

    /** The number of the last change of each shuffle's contents. */
    private final Map<Integer, Integer> changes = new HashMap<>();

    private int differing;

    /** Returns how often something that is kept was replaced by something with other contents. */
    int differing() {
        return differing;
    }

    /** Counts a change of contents that lie elsewhere, and returns its number. */
    int countChange() {
        return ++differing;
    }

    /** Returns the number of the last change of a shuffle's contents, 0 if there was none. */
    int lastChange(int shuffleId) {
        return changes.getOrDefault(shuffleId, 0);
    }

    Set<Registered> registered(ExecutorId executor) {
        Set<Registered> all = new HashSet<>();
        registered.forEach((shuffle, outputs) -> outputs.values().stream()
                .filter(output -> output.executor().equals(executor))
                .forEach(output ->
                        all.add(new Registered(shuffle, output.mapPartition(), output.attemptId(), executor))));
        return all;
    }

    /** Returns the attempt whose output is registered for a partition; {@code otherwise} if there is none. */
    long latest(int shuffleId, int mapPartition, long otherwise) {
        MapOutput output = registered.getOrDefault(shuffleId, Map.of()).get(mapPartition);
        return output == null ? otherwise : output.attemptId();
    }

    Set<Integer> shuffles() {
        return new TreeSet<>(registered.keySet());
    }

    @Override
    public void add(int shuffleId, int numMaps) {
        registered.computeIfAbsent(shuffleId, id -> new TreeMap<>());
        tracker.add(shuffleId, numMaps);
    }

    @Override
    public List<MapOutput> remove(int shuffleId) {
        registered.remove(shuffleId);
        return tracker.remove(shuffleId);
    }

    @Override
    public boolean contains(int shuffleId) {
        return tracker.contains(shuffleId);
    }

    @Override
    public Registration register(int shuffleId, MapOutput output) {
        Registration registration = tracker.register(shuffleId, output);
        if (registration != Registration.SURPLUS) {
            registered.get(shuffleId).put(output.mapPartition(), output);
        }
        if (registration == Registration.DIFFERENT) {
            changes.put(shuffleId, ++differing);
        }
        return registration;
    }

    @Override
    public boolean unregister(int shuffleId, int mapPartition, long attemptId) {
        boolean known = tracker.unregister(shuffleId, mapPartition, attemptId);
        if (known) {
            registered.get(shuffleId).remove(mapPartition);
        }
        return known;
    }

    @Override
    public List<Integer> unregister(ExecutorId executor) {
        registered
                .values()
                .forEach(outputs ->
                        outputs.values().removeIf(output -> output.executor().equals(executor)));
        return tracker.unregister(executor);
    }

    @Override
    public List<MapOutput> invalidate(int shuffleId) {
        registered.get(shuffleId).clear();
        return tracker.invalidate(shuffleId);
    }

    @Override
    public void advance(int shuffleId) {
        tracker.advance(shuffleId);
    }

    @Override
    public long generation(int shuffleId) {
        return tracker.generation(shuffleId);
    }

    @Override
    public boolean hasOutputBefore(int shuffleId, long attemptId) {
        return tracker.hasOutputBefore(shuffleId, attemptId);
    }

    @Override
    public BitSet missing(int shuffleId) {
        return tracker.missing(shuffleId);
    }

    @Override
    public boolean isComplete(int shuffleId) {
        return tracker.isComplete(shuffleId);
    }

    @Override
    public MapOutputs snapshot(int shuffleId) {
        return tracker.snapshot(shuffleId);
    }

    @Override
    public int size() {
        return tracker.size();
    }
}
