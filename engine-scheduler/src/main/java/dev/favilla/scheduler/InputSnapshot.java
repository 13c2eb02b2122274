package dev.favilla.scheduler;

import dev.favilla.shuffle.MapOutputs;
import java.util.Map;

/**
 * What the attempts of one stage attempt are given to read. Shared by all of them but for what is known of cached
 * datasets, which is as of the launch.
 *
 * @param inputs the map outputs they may read, by shuffle; a shuffle that is not here was not complete when they were
 *     launched, because cached data was expected to make it unnecessary
 * @param generations the current generation of every shuffle the stage may read, complete or not
 * @param firstValidAttempts of every persisted dataset the stage may read or make, and of every other in it that has
 *     changed: the first attempt whose blocks count. A block is found by those of the datasets it was computed from, as
 *     by the generations of the shuffles
 */
public record InputSnapshot(
        Map<Integer, MapOutputs> inputs, Map<Integer, Long> generations, Map<Integer, Long> firstValidAttempts) {

    /** Nothing. */
    public static final InputSnapshot NONE = new InputSnapshot(Map.of(), Map.of(), Map.of());

    /** Returns the same with other first valid attempts. */
    public InputSnapshot withFirstValidAttempts(Map<Integer, Long> newAttempts) {
        return new InputSnapshot(inputs, generations, newAttempts);
    }

    public InputSnapshot {
        inputs = Map.copyOf(inputs);
        generations = Map.copyOf(generations);
        firstValidAttempts = Map.copyOf(firstValidAttempts);
    }
}
