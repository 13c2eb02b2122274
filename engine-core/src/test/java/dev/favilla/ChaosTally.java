package dev.favilla;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts what chaos did and what came of it. May be used from any thread. */
final class ChaosTally {

    /** What was done to a context. */
    enum Fault {
        TASK_ERROR,
        FETCH_FAILURE,
        CACHE_MISS,
        DAMAGED_BLOCK,
        DISK_WRITE_FAILURE,
        DISK_READ_FAILURE,
        DELAY,
        EXECUTOR_LOST
    }

    /** How a job ended. */
    enum End {
        SUCCEEDED,
        CANCELLED,
        FAILED_AS_IT_HAD_TO
    }

    private final Map<Fault, LongAdder> faults = new EnumMap<>(Fault.class);
    private final Map<End, LongAdder> ends = new EnumMap<>(End.class);

    ChaosTally() {
        for (Fault fault : Fault.values()) {
            faults.put(fault, new LongAdder());
        }
        for (End end : End.values()) {
            ends.put(end, new LongAdder());
        }
    }

    void add(Fault fault) {
        count(fault).increment();
    }

    void add(End end) {
        count(end).increment();
    }

    private LongAdder count(Fault fault) {
        return Objects.requireNonNull(faults.get(fault));
    }

    private LongAdder count(End end) {
        return Objects.requireNonNull(ends.get(end));
    }

    long of(Fault fault) {
        return count(fault).sum();
    }

    long of(End end) {
        return count(end).sum();
    }

    long jobs() {
        return ends.values().stream().mapToLong(LongAdder::sum).sum();
    }

    @Override
    public String toString() {
        return "jobs " + jobs() + ", " + words(ends) + "; " + words(faults);
    }

    private static String words(Map<? extends Enum<?>, LongAdder> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                        + count.getValue().sum())
                .collect(Collectors.joining(", "));
    }
}
