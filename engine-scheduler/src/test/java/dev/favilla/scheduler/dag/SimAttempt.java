package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.dag.SimExecutor.Block;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An attempt that occupies a slot of a simulated executor. */
final class SimAttempt {

    /** What it does next, when its time has come. */
    enum Step {
        BEGIN,
        END,
        /** Waits for the answer to whether it may commit. */
        WAIT,
        COMMIT
    }

    final TaskSpec task;
    final SimExecutor executor;

    /** Reacts to an interrupt only. */
    final boolean impolite;

    /** Does not react to an interrupt either. */
    final boolean stubborn;

    final Map<BlockId, Block> made = new LinkedHashMap<>();

    /** Blocks it found in a cache, here or elsewhere. */
    final Map<BlockId, Block> found = new LinkedHashMap<>();

    Step step = Step.BEGIN;
    Instant due;
    boolean granted;

    private @Nullable String killed;
    private @Nullable SimValue computed;
    private @Nullable TaskOutcome lost;
    private final Set<Integer> dropped = new HashSet<>();

    SimAttempt(TaskSpec task, SimExecutor executor, Instant due, boolean impolite, boolean stubborn) {
        this.task = task;
        this.executor = executor;
        this.due = due;
        this.impolite = impolite || stubborn;
        this.stubborn = stubborn;
    }

    /** Has read all its inputs. */
    void computed(SimValue value) {
        computed = value;
    }

    /** Lacks an input. */
    void lost(TaskOutcome outcome) {
        lost = outcome;
    }

    @Nullable
    SimValue computed() {
        return computed;
    }

    @Nullable
    TaskOutcome lost() {
        return lost;
    }

    /** Is asked to stop; one that does not ignore it stops at once. */
    void kill(String reason, boolean interrupt, Instant now, Instant later) {
        if (stubborn) {
            due = step == Step.WAIT ? due : later;
        } else if (interrupt || !impolite) {
            killed = reason;
            due = now;
            step = step == Step.WAIT ? Step.END : step;
        }
    }

    /** Returns why it stops, if it was asked to and does not ignore that. */
    @Nullable
    String killed() {
        return killed;
    }

    /** A dataset's blocks are dropped: what was made of it so far will not become visible. */
    void drop(int rddId) {
        dropped.add(rddId);
    }

    /** Returns the blocks it would make visible. */
    List<Map.Entry<BlockId, Block>> toPublish() {
        List<Map.Entry<BlockId, Block>> blocks = new ArrayList<>();
        for (Map.Entry<BlockId, Block> entry : made.entrySet()) {
            if (!dropped.contains(entry.getKey().rddId())) {
                blocks.add(entry);
            }
        }
        return blocks;
    }
}
