package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent.StageInfo;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.StageGraph.StagePlan;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.scheduler.task.TaskSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stage of running jobs: its state, the tasks it has still to do, and who needs it.
 *
 * <p>Pending tasks are the complement of what the tracker has (a map stage) or what the job has staged (a result stage),
 * kept here so that the end of a task costs the same however many there are.
 */
final class Stage {

    private final StageInfo info;
    private final @Nullable ShuffleDependency output;
    private final List<Integer> parentShuffles;
    private final Retries retries;

    /** In the order of job ids; the first is the owner. */
    private final List<StageUse> uses = new ArrayList<>(1);

    private final BitSet pending = new BitSet();
    private int pendingCount;

    /** Shuffles found missing although a cached dataset should have made them unnecessary. */
    private final Set<Integer> required = new HashSet<>();

    private StageState state = new StageState.Waiting(0);
    private @Nullable TaskSet live;
    private int fruitlessAttempts;
    private int failures;
    private int attemptAtFailure;
    private @Nullable Instant submitted;
    private boolean launched;

    /**
     * The oldest attempt that was launched, or whose result was taken, since all tasks were last made pending; negative
     * if there is none. Attempts launched before that may go on, and be of use.
     */
    private long oldestAttempt = -1;

    private boolean unreachable;
    private long visit;

    Stage(StageInfo info, StagePlan plan, Retries retries) {
        this.info = info;
        this.output = plan.output().orElse(null);
        this.parentShuffles = plan.parentShuffles();
        this.retries = retries;
    }

    int id() {
        return info.stageId();
    }

    String name() {
        return info.name();
    }

    int tasks() {
        return info.tasks();
    }

    StageInfo info() {
        return info;
    }

    /** Returns the shuffle it writes; null for a result stage. */
    @Nullable
    ShuffleDependency output() {
        return output;
    }

    List<Integer> parentShuffles() {
        return parentShuffles;
    }

    Retries retries() {
        return retries;
    }

    // --- who needs it

    List<StageUse> uses() {
        return uses;
    }

    void join(StageUse use) {
        int at = uses.size();
        while (at > 0 && uses.get(at - 1).job().id() > use.job().id()) {
            at--;
        }
        uses.add(at, use);
    }

    void leave(Job job) {
        uses.removeIf(use -> use.job() == job);
    }

    /** Returns the part of the earliest job that needs it, as which it runs. */
    StageUse owner() {
        return uses.get(0);
    }

    boolean isOwnedBy(Job job) {
        return owner().job() == job;
    }

    StagePlan plan() {
        return owner().plan();
    }

    // --- what is to be done

    BitSet pending() {
        return pending;
    }

    int pendingCount() {
        return pendingCount;
    }

    boolean isComplete() {
        return pendingCount == 0;
    }

    boolean isPending(int index) {
        return pending.get(index);
    }

    void done(int index) {
        pending.clear(index);
        pendingCount--;
    }

    /** Makes tasks pending; returns those that were not. */
    BitSet lose(BitSet indexes) {
        BitSet newly = (BitSet) indexes.clone();
        newly.andNot(pending);
        pending.or(newly);
        pendingCount += newly.cardinality();
        return newly;
    }

    void loseAll() {
        pending.set(0, tasks());
        pendingCount = tasks();
        oldestAttempt = -1;
    }

    /** Returns the partition of its target that a task computes. */
    int partitionOf(int index) {
        return output == null ? owner().job().request().partitions().get(index) : index;
    }

    Set<Integer> required() {
        return required;
    }

    // --- where it stands

    StageState state() {
        return state;
    }

    /** Returns the number of its present attempt, or of the last one if none runs; 0 if there was none. */
    int attempt() {
        if (state instanceof StageState.Running running) {
            return running.attempt();
        }
        if (state instanceof StageState.Waiting waiting) {
            return Math.max(0, waiting.next() - 1);
        }
        return state instanceof StageState.Done done ? Math.max(0, done.next() - 1) : attemptAtFailure;
    }

    /** Returns when its present or last attempt began; null if none did. */
    @Nullable
    Instant submitted() {
        return submitted;
    }

    void submitted(Instant now) {
        submitted = now;
    }

    /** Returns how many of its attempts failed. */
    int failures() {
        return failures;
    }

    void countFailure() {
        failures++;
    }

    void on(StageEvent event) {
        if (event instanceof StageEvent.Aborted) {
            attemptAtFailure = attempt();
        }
        state = state.on(event);
    }

    @Nullable
    TaskSet live() {
        return live;
    }

    void live(@Nullable TaskSet set) {
        live = set;
    }

    /** Returns how many attempts in a row ended for lost input without finishing a task, counting one more. */
    int countFruitless() {
        return ++fruitlessAttempts;
    }

    void succeeded(int index, long attemptId) {
        note(attemptId);
        fruitlessAttempts = 0;
        retries.succeeded(index);
    }

    boolean hasLaunched() {
        return launched;
    }

    void launched(long attemptId) {
        launched = true;
        note(attemptId);
    }

    private void note(long attemptId) {
        oldestAttempt = oldestAttempt < 0 ? attemptId : Math.min(oldestAttempt, attemptId);
    }

    /** Returns whether what it has done so far may go back to an attempt older than {@code attemptId}. */
    boolean hasLaunchedBefore(long attemptId) {
        return oldestAttempt >= 0 && oldestAttempt < attemptId;
    }

    /** Returns whether its shuffle is to be dropped when no job uses it any more. */
    boolean isUnreachable() {
        return unreachable;
    }

    void unreachable() {
        unreachable = true;
    }

    /** Returns whether this is the first visit of walk {@code walk}. */
    boolean visit(long walk) {
        boolean first = visit != walk;
        visit = walk;
        return first;
    }

    @Override
    public String toString() {
        return "stage " + id() + " (" + name() + ")";
    }
}
