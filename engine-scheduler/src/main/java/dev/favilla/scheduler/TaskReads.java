package dev.favilla.scheduler;

import dev.favilla.shuffle.MapOutputs;
import java.util.Map;

/**
 * What the attempts of one stage attempt are given to read, and of which generation. Shared by all of them but for the
 * generations of datasets, which are those of the launch.
 *
 * @param inputs the map outputs they may read, by shuffle; a shuffle that is not here was not complete when they were
 *     launched, because cached data was expected to make it unnecessary
 * @param generations the current generation of every shuffle the stage may read, complete or not
 * @param datasets the current generation of every persisted dataset the stage may read or make, and of every other in
 *     it that has changed. A block is found by those of the datasets it was computed from, as by those of the shuffles
 */
public record TaskReads(Map<Integer, MapOutputs> inputs, Map<Integer, Long> generations, Map<Integer, Long> datasets) {

    /** Nothing. */
    public static final TaskReads NONE = new TaskReads(Map.of(), Map.of(), Map.of());

    /** Returns the same with other generations of datasets. */
    public TaskReads withDatasets(Map<Integer, Long> newDatasets) {
        return new TaskReads(inputs, generations, newDatasets);
    }

    public TaskReads {
        inputs = Map.copyOf(inputs);
        generations = Map.copyOf(generations);
        datasets = Map.copyOf(datasets);
    }
}
