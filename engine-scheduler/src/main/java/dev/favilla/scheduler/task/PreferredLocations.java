package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import java.util.List;

/** Where the data of each task of a stage attempt lies. Immutable. */
public final class PreferredLocations {

    /** No data lies anywhere in particular. */
    public static final PreferredLocations NONE = new PreferredLocations(List.of(), new short[0]);

    private final List<ExecutorId> executors;
    private final short[] places;

    /**
     * @param executors those where any data lies
     * @param places for each task the number of its executor in that list, from 0; negative if its data lies nowhere;
     *     never changed by anyone from now on
     */
    public PreferredLocations(List<ExecutorId> executors, short[] places) {
        this.executors = List.copyOf(executors);
        this.places = places;
    }

    List<ExecutorId> executors() {
        return executors;
    }

    /** Returns the number of the place where a task's data lies: 0 if it is none, else that of its executor plus 1. */
    int placeOf(int index) {
        return executors.isEmpty() || places[index] < 0 ? 0 : places[index] + 1;
    }
}
