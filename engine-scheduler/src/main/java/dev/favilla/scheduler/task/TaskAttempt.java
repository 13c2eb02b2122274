package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.task.Locality;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One try of one task, from its launch to its end. The only object a task costs, and only while it runs. */
public final class TaskAttempt {

    private final Long id;
    private final TaskSet set;
    private final int index;
    private final int number;
    private final TaskLocation place;
    private final boolean speculative;

    private @Nullable Instant startedAt;
    private @Nullable String killReason;

    /** When it was last asked to stop, politely or by interrupt. */
    private @Nullable Instant askedAt;

    private boolean interrupted;

    /** Whether it was launched while all slots were taken, and has none yet. */
    private boolean ahead;

    /** Whether its executor was asked to give it back. */
    private boolean recalled;

    private Pools.Share share = Pools.Share.NONE;

    TaskAttempt(long id, TaskSet set, int index, int number, TaskLocation place, boolean speculative) {
        this.id = id;
        this.set = set;
        this.index = index;
        this.number = number;
        this.place = place;
        this.speculative = speculative;
    }

    /** Returns the id, unique in the context and never reused. */
    public long id() {
        return id;
    }

    /** Returns the id as tables know it. */
    Long key() {
        return id;
    }

    /** Returns the task set that launched it, which may be retired by now. */
    public TaskSet set() {
        return set;
    }

    /** Returns which task of the stage it is, counting from 0. */
    public int index() {
        return index;
    }

    /** Returns the partition that it computes. */
    public int partition() {
        return set.tasks().partitionOf(index);
    }

    /** Returns how many tries its task had before, in this stage attempt. */
    public int number() {
        return number;
    }

    public ExecutorId executor() {
        return place.executor();
    }

    public Locality locality() {
        return place.locality();
    }

    /** Returns whether it was launched beside another attempt that took long. */
    public boolean isSpeculative() {
        return speculative;
    }

    /** Returns whether it was seen to begin in a slot. */
    public boolean isStarted() {
        return startedAt != null;
    }

    Optional<Instant> startedAt() {
        return Optional.ofNullable(startedAt);
    }

    void start(Instant now) {
        startedAt = now;
    }

    /** Returns why the scheduler asked it to stop, if it did. */
    public Optional<String> killReason() {
        return Optional.ofNullable(killReason);
    }

    boolean isInterrupted() {
        return interrupted;
    }

    /** Returns when it was last asked to stop. */
    Optional<Instant> askedAt() {
        return Optional.ofNullable(askedAt);
    }

    void askToStop(String reason, boolean interrupt, Instant now) {
        if (killReason == null) { // the first reason stays
            killReason = reason;
        }
        interrupted |= interrupt;
        askedAt = now;
    }

    void launchedAhead(boolean waits) {
        ahead = waits;
    }

    /** Returns whether it was launched ahead of a free slot, and waits for one as far as is known. */
    boolean isAhead() {
        return ahead;
    }

    /** Says that its executor is asked to give it back unless it has begun; returns false if that was said before. */
    boolean recall() {
        boolean first = !recalled;
        recalled = true;
        return first;
    }

    /** Says where it counts as running. */
    void countIn(Pools.Share pool) {
        share = pool;
    }

    Pools.Share share() {
        return share;
    }

    @Override
    public String toString() {
        return "attempt " + id + " (stage " + set.tasks().stageId() + "."
                + set.tasks().stageAttempt() + ", partition " + partition() + ") on " + executor();
    }
}
