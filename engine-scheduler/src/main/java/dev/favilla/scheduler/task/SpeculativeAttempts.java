package dev.favilla.scheduler.task;

import dev.favilla.scheduler.SpeculationPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The second attempts of slow tasks of one set: at most one for each task, ever. */
final class SpeculativeAttempts {

    private static final long[] NONE = {};

    /** Tasks that are to get one. */
    private final BitSet wanted = new BitSet();

    /** Tasks that are to get one, or had one. */
    private final BitSet chosen = new BitSet();

    private final Map<Integer, TaskAttempt> running = new HashMap<>();

    /** How long successful attempts took, in milliseconds and no particular order. */
    private long[] durations = NONE;

    private int successes;

    int running() {
        return running.size();
    }

    boolean runs(int index) {
        return !running.isEmpty() && running.containsKey(index);
    }

    Optional<TaskAttempt> of(int index) {
        return running.isEmpty() ? Optional.empty() : Optional.ofNullable(running.get(index));
    }

    boolean isWanted() {
        return !wanted.isEmpty();
    }

    Iterable<Integer> wanted() {
        return () -> wanted.stream().iterator();
    }

    /** Wants none for a task any more; a later attempt of it may get the one it has not had. */
    void unwanted(int index) {
        if (wanted.get(index)) {
            wanted.clear(index);
            chosen.clear(index);
        }
    }

    void clear() {
        wanted.clear();
    }

    void launched(TaskAttempt attempt) {
        wanted.clear(attempt.index());
        running.put(attempt.index(), attempt);
    }

    void ended(TaskAttempt attempt) {
        running.remove(attempt.index(), attempt);
    }

    /** Notes how long an attempt took that did its work. */
    void succeeded(TaskAttempt attempt, Instant now) {
        attempt.startedAt().ifPresent(started -> {
            if (successes == durations.length) {
                durations = Arrays.copyOf(durations, Math.max(16, 2 * successes));
            }
            durations[successes++] = Duration.between(started, now).toMillis();
        });
    }

    /** Chooses those of {@code attempts} that take long compared to the others, and returns their tasks. */
    BitSet choose(Iterable<TaskAttempt> attempts, int tasks, SpeculationPolicy policy, Instant now) {
        BitSet slow = new BitSet();
        if (successes == 0 || successes < policy.quantile() * tasks) {
            return slow;
        }
        Duration usual = Duration.ofMillis((long) (policy.multiplier() * median()));
        Duration limit = usual.compareTo(policy.minRuntime()) > 0 ? usual : policy.minRuntime();
        for (TaskAttempt attempt : attempts) {
            boolean isSlow = attempt.startedAt()
                    .filter(started -> Duration.between(started, now).compareTo(limit) > 0)
                    .isPresent();
            if (isSlow && attempt.killReason().isEmpty() && !chosen.get(attempt.index())) {
                slow.set(attempt.index());
            }
        }
        wanted.or(slow);
        chosen.or(slow);
        return slow;
    }

    private long median() {
        Arrays.sort(durations, 0, successes); // in place: next time most are sorted
        return durations[successes / 2];
    }
}
