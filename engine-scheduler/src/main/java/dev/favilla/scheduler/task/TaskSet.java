package dev.favilla.scheduler.task;

import dev.favilla.scheduler.JobProperties;
import dev.favilla.scheduler.Locality;
import dev.favilla.scheduler.TaskReads;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.StorageLevel;
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
 * The tasks of one stage attempt that are still to be done: a bit for each that waits for a slot, an {@link Attempt}
 * for each that runs.
 *
 * <p>A retired set launches nothing more. Its running attempts go on, and what they achieve is for their stage to
 * judge.
 */
public final class TaskSet implements Schedulable {

    private final Tasks tasks;
    private final Retries retries;
    private final Placement placement;

    /** Tasks that wait for a slot: first those whose data lies nowhere, then those of each executor. */
    private final List<Lane> lanes = new ArrayList<>(1);

    /** The attempts of each task that has one running, the first one first. */
    private final Map<Integer, Attempt> running = new HashMap<>();

    private final SecondAttempts second = new SecondAttempts();

    /** How often each task was launched here, for those launched more than once. */
    private final Map<Integer, Integer> relaunches = new HashMap<>();

    private final BitSet launched = new BitSet();
    private final int size;

    private Owner owner;
    private TaskReads reads;
    private boolean retired;

    /** When a task was last launched where its data lies, or could have begun to wait for that. */
    private @Nullable Instant waitsSince;

    /** The job a set runs for, and what follows from that. Changes when the job ends and another needs the stage. */
    public record Owner(int jobId, Map<Integer, StorageLevel> persisted, JobProperties properties) {}

    /**
     * @param tasks what they have in common
     * @param pending the tasks to do; copied
     * @param retries the stage's counts of failures, shared by all its task sets
     * @param placement where their data lies
     * @param owner the job they run for
     */
    public TaskSet(Tasks tasks, BitSet pending, Retries retries, Placement placement, Owner owner) {
        this.tasks = tasks;
        this.retries = retries;
        this.placement = placement;
        this.owner = owner;
        this.reads = tasks.reads();
        this.size = pending.cardinality();
        for (int lane = 0; lane <= placement.executors().size(); lane++) {
            lanes.add(new Lane());
        }
        pending.stream().forEach(index -> laneOf(index).add(index));
    }

    public Tasks tasks() {
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

    /** Gives what is launched from now on the present generations of its datasets. */
    void refresh(IntToLongFunction generation) {
        Map<Integer, Long> present = new HashMap<>();
        reads.datasets().keySet().forEach(rddId -> present.put(rddId, generation.applyAsLong(rddId)));
        if (!present.equals(reads.datasets())) {
            reads = reads.withDatasets(present);
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
        lanes.forEach(Lane::clear);
        second.clear();
    }

    private Lane laneOf(int index) {
        return lanes.get(placement.laneOf(index));
    }

    /** Returns whether anything waits for a slot. */
    boolean hasQueued() {
        if (second.isWanted()) {
            return true;
        }
        for (Lane lane : lanes) {
            if (!lane.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the data of any of its tasks lies on an executor. */
    boolean hasPlaces() {
        return lanes.size() > 1;
    }

    /** Returns whether any task waits whose data lies on an executor. */
    boolean isAnyPlaced() {
        for (int lane = 1; lane < lanes.size(); lane++) {
            if (!lanes.get(lane).isEmpty()) {
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
            laneOf(index).add(index);
        }
    }

    /** Takes a task out of the queue, and returns its running attempts. */
    List<Attempt> dequeue(int index) {
        laneOf(index).remove(index);
        second.unwanted(index);
        return attemptsOf(index);
    }

    private List<Attempt> attemptsOf(int index) {
        Attempt first = running.get(index);
        if (first == null && !second.runs(index)) {
            return List.of();
        }
        List<Attempt> attempts = new ArrayList<>(2);
        if (first != null) {
            attempts.add(first);
        }
        second.of(index).ifPresent(attempts::add);
        return attempts;
    }

    Collection<Attempt> firstAttempts() {
        return running.values();
    }

    SecondAttempts second() {
        return second;
    }

    /** Returns whether a second attempt beside a first could do harm: its effects cannot be taken back. */
    boolean isIrrevocable() {
        return tasks.work() instanceof TaskWork.RunAction run && run.action().isIrrevocable();
    }

    // --- what is launched

    /** Launches a task where its data lies, if a slot is free there. */
    @Nullable
    Attempt takeLocal(Executors executors, long attemptId, Instant now) {
        for (int lane = 1; lane < lanes.size(); lane++) {
            int index = lanes.get(lane).first();
            ExecutorId home = placement.executors().get(lane - 1);
            if (index >= 0 && executors.hasFree(home)) {
                waitsSince = now;
                return take(index, attemptId, new Place(home, Locality.PROCESS_LOCAL));
            }
        }
        return null;
    }

    /** Launches a task whose data lies nowhere, or on an executor that is gone. */
    @Nullable
    Attempt takeFree(Executors executors, ExecutorId on, long attemptId) {
        for (int lane = 0; lane < lanes.size(); lane++) {
            int index = lanes.get(lane).first();
            if (index >= 0
                    && (lane == 0 || !executors.takesTasks(placement.executors().get(lane - 1)))) {
                return take(index, attemptId, new Place(on, Locality.ANY));
            }
        }
        return null;
    }

    /** Launches a task away from its data; for a set that has waited long enough. */
    @Nullable
    Attempt takeAnywhere(ExecutorId on, long attemptId) {
        for (int lane = 1; lane < lanes.size(); lane++) {
            int index = lanes.get(lane).first();
            if (index >= 0) {
                return take(index, attemptId, new Place(on, Locality.NODE_LOCAL));
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
    Attempt takeSecond(Executors executors, long attemptId) {
        for (int index : second.wanted()) {
            Attempt first = running.get(index);
            ExecutorId on = first == null ? null : executors.leastLoadedBut(first.executor());
            if (on != null) {
                boolean home = placement.laneOf(index) > 0
                        && placement
                                .executors()
                                .get(placement.laneOf(index) - 1)
                                .equals(on);
                Locality locality = placement.laneOf(index) == 0
                        ? Locality.ANY
                        : home ? Locality.PROCESS_LOCAL : Locality.NODE_LOCAL;
                Attempt attempt = attempt(index, attemptId, new Place(on, locality), true);
                second.launched(attempt);
                return attempt;
            }
        }
        return null;
    }

    private Attempt take(int index, long attemptId, Place place) {
        laneOf(index).remove(index);
        Attempt attempt = attempt(index, attemptId, place, false);
        running.put(index, attempt);
        return attempt;
    }

    private Attempt attempt(int index, long attemptId, Place place, boolean speculative) {
        int number = launched.get(index) ? relaunches.merge(index, 1, Integer::sum) : 0;
        launched.set(index);
        return new Attempt(attemptId, this, index, number, place, speculative);
    }

    void ended(Attempt attempt) {
        if (attempt.isSpeculative()) {
            second.ended(attempt);
        } else {
            running.remove(attempt.index(), attempt);
            second.unwanted(attempt.index()); // its next attempt is not slow yet
        }
    }

    TaskSpec spec(Attempt attempt) {
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
