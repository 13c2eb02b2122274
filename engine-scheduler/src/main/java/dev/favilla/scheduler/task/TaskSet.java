package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.Locality;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one stage attempt that are still to be done: a bit for each that waits for a slot, an {@link TaskAttempt}
 * for each that runs.
 *
 * <p>A retired set launches nothing more. Its running attempts go on, and what they achieve is for their stage to
 * judge.
 */
public final class TaskSet implements Schedulable {

    /** An attempt below is short beside what the scheduler does for it. */
    private static final long BRIEF_NANOS = 100_000;

    private static final int ENOUGH_BRIEF = 3;

    private final StageAttempt tasks;
    private final Retries retries;
    private final PreferredLocations preferred;

    /** Tasks that wait for a slot: first those whose data lies nowhere, then those of each executor. */
    private final List<PendingTasks> places = new ArrayList<>(1);

    /** The attempts of each task that has one running, the first one first. */
    private final Map<Integer, TaskAttempt> running = new HashMap<>();

    private final SpeculativeAttempts second = new SpeculativeAttempts();

    /** How often each task was launched here, for those launched more than once. */
    private final Map<Integer, Integer> relaunches = new HashMap<>();

    private final BitSet launched = new BitSet();
    private final int size;

    /** How many tasks in a row have ended after so little time that handing them over counts, too. */
    private int briefInARow;

    private Owner owner;
    private InputSnapshot reads;
    private boolean retired;

    /** When a task was last launched where its data lies, or could have begun to wait for that. */
    private @Nullable Instant waitsSince;

    /** The job a set runs for, and what follows from that. Changes when the job ends and another needs the stage. */
    public record Owner(int jobId, Map<Integer, StorageLevel> persisted, JobProperties properties) {}

    /**
     * @param tasks what they have in common
     * @param pending the tasks to do; copied
     * @param retries the stage's counts of failures, shared by all its task sets
     * @param preferred where their data lies
     * @param owner the job they run for
     */
    public TaskSet(StageAttempt tasks, BitSet pending, Retries retries, PreferredLocations preferred, Owner owner) {
        this.tasks = tasks;
        this.retries = retries;
        this.preferred = preferred;
        this.owner = owner;
        this.reads = tasks.reads();
        this.size = pending.cardinality();
        for (int place = 0; place <= preferred.executors().size(); place++) {
            places.add(new PendingTasks());
        }
        for (int index = pending.nextSetBit(0); index >= 0; index = pending.nextSetBit(index + 1)) {
            pendingOf(index).add(index);
        }
    }

    public StageAttempt tasks() {
        return tasks;
    }

    public Retries retries() {
        return retries;
    }

    /** Returns whether any of its tasks was ever launched. */
    public boolean hasLaunched() {
        return !launched.isEmpty();
    }

    // --- whom it belongs to

    Owner owner() {
        return owner;
    }

    /** Goes on for another job, without what only that one persists: nobody knows that the set would read it. */
    void adopt(Owner heir) {
        Map<Integer, StorageLevel> known = new HashMap<>(heir.persisted());
        known.keySet().retainAll(owner.persisted().keySet());
        owner = new Owner(heir.jobId(), Map.copyOf(known), heir.properties());
    }

    /** Gives what is launched from now on the present first valid attempts of its datasets. */
    void refresh(IntToLongFunction firstValidAttempt) {
        Map<Integer, Long> present = new HashMap<>();
        reads.firstValidAttempts().keySet().forEach(rddId -> present.put(rddId, firstValidAttempt.applyAsLong(rddId)));
        if (!present.equals(reads.firstValidAttempts())) {
            reads = reads.withFirstValidAttempts(present);
        }
    }

    /** Returns whether the job wants its tasks interrupted when they are to stop. */
    public boolean isInterruptible() {
        return owner.properties().interruptOnCancel();
    }

    @Override
    public String name() {
        return "TaskSet_" + tasks.stageId() + "." + tasks.stageAttempt();
    }

    @Override
    public int jobId() {
        return owner.jobId();
    }

    @Override
    public int stageId() {
        return tasks.stageId();
    }

    @Override
    public int weight() {
        return 1;
    }

    @Override
    public int minShare() {
        return 0;
    }

    @Override
    public int running() {
        return running.size() + second.running();
    }

    // --- what waits

    boolean isRetired() {
        return retired;
    }

    void retire() {
        retired = true;
        places.forEach(PendingTasks::clear);
        second.clear();
    }

    private PendingTasks pendingOf(int index) {
        return places.get(preferred.placeOf(index));
    }

    /** Returns whether anything waits for a slot. */
    boolean hasQueued() {
        if (second.isWanted()) {
            return true;
        }
        for (PendingTasks pending : places) {
            if (!pending.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the data of any of its tasks lies on an executor. */
    boolean hasPlaces() {
        return places.size() > 1;
    }

    /** Returns whether any task waits whose data lies on an executor. */
    boolean isAnyPlaced() {
        for (int place = 1; place < places.size(); place++) {
            if (!places.get(place).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Returns how many tasks it began with. */
    int size() {
        return size;
    }

    /** Queues a task unless it is queued or runs. */
    void queue(int index) {
        if (!retired && !running.containsKey(index) && !second.runs(index)) {
            pendingOf(index).add(index);
        }
    }

    /** Takes a task out of the queue, and returns its running attempts. */
    List<TaskAttempt> dequeue(int index) {
        pendingOf(index).remove(index);
        second.unwanted(index);
        return attemptsOf(index);
    }

    private List<TaskAttempt> attemptsOf(int index) {
        TaskAttempt first = running.get(index);
        if (first == null && !second.runs(index)) {
            return List.of();
        }
        List<TaskAttempt> attempts = new ArrayList<>(2);
        if (first != null) {
            attempts.add(first);
        }
        second.of(index).ifPresent(attempts::add);
        return attempts;
    }

    Collection<TaskAttempt> firstAttempts() {
        return running.values();
    }

    SpeculativeAttempts second() {
        return second;
    }

    /** Returns whether a second attempt beside a first could do harm: its effects cannot be taken back. */
    public boolean isIrrevocable() {
        return tasks.work() instanceof TaskWork.RunAction run && run.action().isIrrevocable();
    }

    // --- what is launched

    /** Launches a task where its data lies, if a slot is free there. */
    @Nullable
    TaskAttempt takeLocal(ExecutorSlots executors, long attemptId, Instant now) {
        for (int place = 1; place < places.size(); place++) {
            int index = places.get(place).first();
            ExecutorId home = preferred.executors().get(place - 1);
            if (index >= 0 && executors.hasFree(home)) {
                waitsSince = now;
                return take(index, attemptId, new TaskLocation(home, Locality.PROCESS_LOCAL));
            }
        }
        return null;
    }

    /** Launches a task whose data lies nowhere, or on an executor that is gone. */
    @Nullable
    TaskAttempt takeFree(ExecutorSlots executors, ExecutorId on, long attemptId) {
        for (int place = 0; place < places.size(); place++) {
            int index = places.get(place).first();
            if (index >= 0
                    && (place == 0
                            || !executors.takesTasks(preferred.executors().get(place - 1)))) {
                return take(index, attemptId, new TaskLocation(on, Locality.ANY));
            }
        }
        return null;
    }

    /** Launches a task away from its data; for a set that has waited long enough. */
    @Nullable
    TaskAttempt takeAnywhere(ExecutorId on, long attemptId) {
        for (int place = 1; place < places.size(); place++) {
            int index = places.get(place).first();
            if (index >= 0) {
                return take(index, attemptId, new TaskLocation(on, Locality.NODE_LOCAL));
            }
        }
        return null;
    }

    /**
     * Returns until when the set goes on waiting for a slot where its data lies; empty if it need not. Waiting begins
     * with the first question.
     */
    Optional<Instant> waitsUntil(Duration patience, Instant now) {
        if (waitsSince == null) {
            waitsSince = now;
        }
        Instant end = TaskScheduler.later(waitsSince, patience);
        return end.isAfter(now) ? Optional.of(end) : Optional.empty();
    }

    /** Launches a wanted second attempt, on another executor than the first if there is one. */
    @Nullable
    TaskAttempt takeSecond(ExecutorSlots executors, long attemptId) {
        for (int index : second.wanted()) {
            TaskAttempt first = running.get(index);
            ExecutorId on = first == null ? null : executors.leastLoadedBut(first.executor());
            if (on != null) {
                boolean home = preferred.placeOf(index) > 0
                        && preferred
                                .executors()
                                .get(preferred.placeOf(index) - 1)
                                .equals(on);
                Locality locality = preferred.placeOf(index) == 0
                        ? Locality.ANY
                        : home ? Locality.PROCESS_LOCAL : Locality.NODE_LOCAL;
                TaskAttempt attempt = attempt(index, attemptId, new TaskLocation(on, locality), true);
                second.launched(attempt);
                return attempt;
            }
        }
        return null;
    }

    private TaskAttempt take(int index, long attemptId, TaskLocation place) {
        pendingOf(index).remove(index);
        TaskAttempt attempt = attempt(index, attemptId, place, false);
        running.put(index, attempt);
        return attempt;
    }

    private TaskAttempt attempt(int index, long attemptId, TaskLocation place, boolean speculative) {
        int number = launched.get(index) ? relaunches.merge(index, 1, Integer::sum) : 0;
        launched.set(index);
        return new TaskAttempt(attemptId, this, index, number, place, speculative);
    }

    /** Notes how long an attempt ran, in nanoseconds; one that did not do its work counts as a long one. */
    public void took(long nanos) {
        briefInARow = nanos < BRIEF_NANOS ? Math.min(briefInARow + 1, ENOUGH_BRIEF) : 0;
    }

    /** Returns whether its tasks have been so short lately that a slot may be given several at once. */
    boolean isBrief() {
        return briefInARow == ENOUGH_BRIEF;
    }

    /** Takes note that an attempt was taken back before it began: its task was not tried. */
    public void withdrawn(TaskAttempt attempt) {
        if (attempt.number() == 0) {
            launched.clear(attempt.index());
        } else {
            relaunches.put(attempt.index(), attempt.number() - 1);
        }
    }

    void ended(TaskAttempt attempt) {
        if (attempt.isSpeculative()) {
            second.ended(attempt);
        } else {
            running.remove(attempt.index(), attempt);
            second.unwanted(attempt.index()); // its next attempt is not slow yet
        }
    }

    TaskSpec spec(TaskAttempt attempt) {
        return new TaskSpec(
                attempt.id(),
                owner.jobId(),
                tasks.stageId(),
                tasks.stageAttempt(),
                attempt.partition(),
                tasks.numPartitions(),
                attempt.number(),
                attempt.locality(),
                tasks.work(),
                reads,
                owner.persisted(),
                owner.properties().local());
    }

    @Override
    public String toString() {
        return "task set " + tasks.stageId() + "." + tasks.stageAttempt();
    }
}
