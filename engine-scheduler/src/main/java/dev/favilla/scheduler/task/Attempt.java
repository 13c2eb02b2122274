package dev.favilla.scheduler.task;

import dev.favilla.shuffle.ExecutorId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One try of one task, from its launch to its end. The only object a task costs, and only while it runs. */
public final class Attempt {

    private final long id;
    private final TaskSet set;
    private final int index;
    private final int number;
    private final ExecutorId executor;

    private boolean started;
    private @Nullable String killReason;

    Attempt(long id, TaskSet set, int index, int number, ExecutorId executor) {
        this.id = id;
        this.set = set;
        this.index = index;
        this.number = number;
        this.executor = executor;
    }

    /** Returns the id, unique in the context and never reused. */
    public long id() {
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
        return executor;
    }

    /** Returns whether it was seen to begin in a slot. */
    public boolean isStarted() {
        return started;
    }

    void start() {
        started = true;
    }

    /** Returns why the scheduler asked it to stop, if it did. */
    public Optional<String> killReason() {
        return Optional.ofNullable(killReason);
    }

    void askToStop(String reason) {
        killReason = reason;
    }

    @Override
    public String toString() {
        return "attempt " + id + " (stage " + set.tasks().stageId() + "."
                + set.tasks().stageAttempt() + ", partition " + partition() + ") on " + executor;
    }
}
