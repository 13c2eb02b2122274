package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultProbe;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.pipeline.InputVersions;
import dev.favilla.pipeline.PipelineBuilder;
import dev.favilla.pipeline.strict.StrictAttempt;
import dev.favilla.pipeline.strict.StrictMode;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import org.jspecify.annotations.Nullable;

/**
 * One attempt in strict mode: it is watched while it works, and where it was chosen, the first records of its pipeline are
 * made a second time when it has succeeded and holds nothing any more. The second run has a scope of its own, so that what
 * it adds to accumulators, counts, and tells to listeners counts for nobody; it leaves no blocks and no output, and runs no
 * action.
 *
 * <p><b>Threads.</b> Belongs to the slot's thread.
 */
final class StrictRun {

    private final StrictMode mode;
    private final TaskRunner attempt;
    private final ExecutorEnv env;
    private final InputVersions inputVersions;

    /** The attempt as its executor sees it, and what watches it; null before its work begins. */
    private @Nullable TaskSpec entered;

    private @Nullable StrictAttempt watched;

    private StrictRun(StrictMode mode, TaskRunner attempt, ExecutorEnv env, InputVersions inputVersions) {
        this.mode = mode;
        this.attempt = attempt;
        this.env = env;
        this.inputVersions = inputVersions;
    }

    /** Returns how an attempt is run in strict mode; null where that is off. */
    static @Nullable StrictRun of(TaskRunner attempt, ExecutorEnv env, InputVersions inputVersions) {
        StrictMode mode = env.attachments().strict();
        return mode == null ? null : new StrictRun(mode, attempt, env, inputVersions);
    }

    /** Has the attempt watched from now on. To be called before its pipelines are made. */
    void begin(TaskSpec task, TaskScope scope) {
        entered = task;
        boolean mayRepeat = task.work() instanceof TaskWork.WriteShuffle
                || (task.work() instanceof TaskWork.RunAction run
                        && !run.action().isIrrevocable());
        watched = mode.watch(scope, task.stageId(), task.partition(), task.numPartitions(), mayRepeat);
    }

    /** Does the work, and fails if anything was refused while it was done or is at its end. */
    AttemptWork.Done run(AttemptWork work) throws Exception {
        StrictAttempt onlooker = watched;
        if (onlooker == null) {
            return work.run();
        }
        AttemptWork.Done done;
        try {
            done = work.run();
        } catch (Throwable t) { // user code may have wrapped what was refused
            onlooker.requireNothingRefused();
            throw t;
        }
        onlooker.finish();
        return done;
    }

    /** Makes the first records once more, if this attempt was chosen, and reports where others come. */
    void again(int slot) {
        StrictAttempt first = watched;
        TaskSpec task = entered;
        if (first == null || task == null || !first.isToRunAgain()) {
            return;
        }
        MemoryAccount account = env.memory().openTask(task, task.jobId());
        try (TaskScope scope = new TaskScope(task.attemptId(), task, account, FaultProbe.NONE)) {
            attempt.begin(scope);
            env.attachments().prepare(scope);
            StrictAttempt second = first.watchAgain(scope);
            first.compare(second, failureOf(task, scope, slot));
        } finally {
            attempt.endWork();
        }
    }

    private @Nullable Throwable failureOf(TaskSpec task, TaskScope scope, int slot) {
        try {
            new RunningTask(task, env.id(), slot, scope, () -> false).call(() -> compute(task, scope));
            return null;
        } catch (Throwable t) { // the attempt itself has succeeded
            return t;
        }
    }

    private boolean compute(TaskSpec task, TaskScope scope) throws Exception {
        PipelineBuilder pipelines = new PipelineBuilder(
                scope,
                task.reads(),
                task.persisted(),
                env.blocks(),
                env.shuffle(),
                inputVersions,
                env.attachments().code());
        LineageNode made = task.work() instanceof TaskWork.WriteShuffle write
                ? write.dependency().parent()
                : ((TaskWork.RunAction) task.work()).target();
        pipelines.drive(pipelines.open(made, task.partition()), new Sink() {
            @Override
            public boolean push(@Nullable Object record) {
                return true;
            }
        });
        return true;
    }
}
