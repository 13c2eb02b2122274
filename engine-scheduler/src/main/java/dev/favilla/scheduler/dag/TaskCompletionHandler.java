package dev.favilla.scheduler.dag;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.ResultTooLargeException;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputTracker.Registration;
import dev.favilla.task.TaskOutcome;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides what the end of an attempt means for its stage, for its job, and for what was computed from the same inputs. */
final class TaskCompletionHandler {

    private final DagState dag;
    private final StageLifecycle lifecycle;
    private final Rollback rollback;
    private final ResultMerge merges;
    private final OutputCommitCoordinator commits;
    private final Neighbours neighbours;

    TaskCompletionHandler(DagState dag, StageLifecycle lifecycle, ResultMerge merges, OutputCommitCoordinator commits) {
        this.dag = dag;
        this.lifecycle = lifecycle;
        this.rollback = new Rollback(dag, lifecycle);
        this.merges = merges;
        this.commits = commits;
        this.neighbours = new Neighbours(dag.tasks);
    }

    /** Draws the conclusions from the end of an attempt that holds its slot no longer. */
    void on(TaskAttempt attempt, TaskOutcome outcome, MetricValues metrics) {
        neighbours.ended(attempt);
        attempt.set().took(outcome instanceof TaskOutcome.Success ? metrics.get(Metric.RUN_NANOS) : Long.MAX_VALUE);
        Stage stage = dag.stages.byId(attempt.set().tasks().stageId());
        if (stage != null) {
            boolean failed = outcome instanceof TaskOutcome.Failed
                    && attempt.killReason().isEmpty();
            for (StageUse use : stage.uses()) {
                use.ended(metrics, failed);
            }
            if (failed) {
                stage.countFailure();
            }
        }
        boolean accepted = outcome instanceof TaskOutcome.Success success && succeeded(stage, attempt, success);
        commits.ended(attempt);
        publish(attempt, accepted || ResultMerge.isMerge(attempt) ? outcome : inVain(attempt, outcome), metrics);
        if (outcome instanceof TaskOutcome.FetchFailed lost) {
            forget(attempt, lost);
        }
        if (stage == null || !dag.stages.contains(stage)) {
            return; // nobody needs it any more
        }
        if (ResultMerge.isMerge(attempt)) {
            merges.ended(attempt, stage.owner().job(), outcome);
        } else if (accepted) {
            if (stage.isComplete()) {
                lifecycle.complete(stage);
            }
        } else {
            failed(stage, attempt, outcome);
        }
    }

    /** Queues the task of an attempt again that was taken back before it began, as if it had never been launched. */
    void withdrawn(TaskAttempt attempt) {
        attempt.set().withdrawn(attempt);
        Stage stage = dag.stages.byId(attempt.set().tasks().stageId());
        if (stage != null) {
            stage.uses().forEach(use -> use.withdrawn(attempt.id()));
            queueAgain(stage, attempt);
        }
    }

    /** Drops what an attempt has left that ended while its slot was given up. */
    void tooLate(TaskAttempt attempt, TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Success success) {
            dag.cache.made(attempt, success.cached(), false);
            if (attempt.set().tasks().work() instanceof TaskWork.WriteShuffle write
                    && success.result() instanceof MapOutput output) {
                dag.shuffles.dropOutput(write.dependency().shuffleId(), output);
            }
        }
    }

    /** Returns what observers are told of an attempt that achieved nothing: a success that came too late is none. */
    private static TaskOutcome inVain(TaskAttempt attempt, TaskOutcome outcome) {
        return outcome instanceof TaskOutcome.Success
                ? new TaskOutcome.Killed(attempt.killReason().orElse("its result was not needed any more"))
                : outcome;
    }

    private void publish(TaskAttempt attempt, TaskOutcome outcome, MetricValues metrics) {
        if (attempt.isStarted()) {
            StageAttempt common = attempt.set().tasks();
            dag.outbox.publish(time -> new EngineEvent.TaskEnded(
                    time,
                    common.stageId(),
                    common.stageAttempt(),
                    attempt.partition(),
                    attempt.number(),
                    attempt.id(),
                    attempt.executor(),
                    outcome,
                    metrics));
        }
    }

    // --- success

    /** Takes what a successful attempt has left, if it is of use; returns whether it was. */
    private boolean succeeded(@Nullable Stage stage, TaskAttempt attempt, TaskOutcome.Success success) {
        if (ResultMerge.isMerge(attempt)) {
            return false; // is no partition of its stage
        }
        boolean wanted = takeBlocks(attempt, success)
                && stage != null
                && dag.stages.contains(stage) // a changed block may have ended its jobs
                && stage.isPending(attempt.index())
                && dag.inputs.isCurrent(attempt);
        if (attempt.set().tasks().work() instanceof TaskWork.WriteShuffle write) {
            MapOutput output = mapOutput(success);
            if (!wanted || stage == null) {
                dag.shuffles.dropOutput(write.dependency().shuffleId(), output);
                return false;
            }
            return register(stage, write.dependency(), attempt, output, success);
        }
        if (!wanted || stage == null) {
            return false;
        }
        Job job = stage.owner().job();
        job.stage(attempt.index(), success);
        done(stage, attempt);
        if (job.stagedBytes() > dag.scheduling.maxResultBytes()) {
            dag.jobs.fail(job, tooLarge(job.stagedBytes()));
        }
        return true;
    }

    /** Takes note of the cached contents an attempt has made or used; returns whether others have used the same. */
    private boolean takeBlocks(TaskAttempt attempt, TaskOutcome.Success success) {
        if (success.cached().isEmpty() && success.used().isEmpty()) {
            return true;
        }
        boolean current = dag.inputs.isCurrent(attempt);
        Set<Integer> contradicted = current ? dag.cache.contradictions(attempt, success) : Set.of();
        if (!contradicted.isEmpty()) {
            dag.cache.made(attempt, success.cached(), false);
            rollback.readersOf(attempt, success.cached(), contradicted);
            return false;
        }
        dag.cache
                .made(attempt, success.cached(), current)
                .forEach((rddId, firstWithout) -> rollback.consumersOf(rddId, firstWithout, attempt));
        if (current) {
            dag.cache.used(attempt, success.used());
        }
        return true;
    }

    private JobFailure tooLarge(long resultBytes) {
        ResultTooLargeException error = new ResultTooLargeException(resultBytes, dag.scheduling.maxResultBytes());
        return new JobFailure.Aborted(String.valueOf(error.getMessage()), error);
    }

    private static MapOutput mapOutput(TaskOutcome.Success success) {
        if (success.result() instanceof MapOutput output) {
            return output;
        }
        throw new IllegalStateException("Executor bug: a map task has to leave a MapOutput");
    }

    private boolean register(
            Stage stage,
            ShuffleDependency shuffle,
            TaskAttempt attempt,
            MapOutput output,
            TaskOutcome.Success success) {
        Registration registration = dag.shuffles.register(shuffle.shuffleId(), output);
        if (registration == Registration.SURPLUS) {
            throw new IllegalStateException("Scheduler bug: " + stage + " lacks partition " + output.mapPartition()
                    + ", but " + shuffle + " has it. Please report this.");
        }
        done(stage, attempt);
        if (!success.updates().isEmpty()) {
            dag.outbox.add(new SchedulerCommand.ApplyAccumulators(success.updates()));
        }
        if (registration == Registration.DIFFERENT) {
            rollback.consumersOf(shuffle.shuffleId(), stage, output.mapPartition());
        }
        return true;
    }

    private void done(Stage stage, TaskAttempt attempt) {
        stage.done(attempt.index());
        stage.succeeded(attempt.index(), attempt.id());
        dag.tasks.succeeded(attempt);
        TaskSet live = stage.live();
        if (live != null) {
            dag.tasks.dequeue(live, attempt.index(), "another attempt finished the partition");
        }
    }

    // --- everything else

    private void failed(Stage stage, TaskAttempt attempt, TaskOutcome outcome) {
        int stageAttempt = attempt.set().tasks().stageAttempt();
        if (outcome instanceof TaskOutcome.FetchFailed lost) {
            lifecycle.inputLost(stage, stageAttempt, lost.message());
        } else if (outcome instanceof TaskOutcome.InputMissing missing) {
            inputMissing(stage, missing.shuffleId());
            lifecycle.inputLost(stage, stageAttempt, missing.describe());
        } else if (outcome instanceof TaskOutcome.ResultTooLarge found && counts(stage, attempt, outcome)) {
            dag.jobs.fail(stage, tooLarge(found.resultBytes()));
            return;
        } else if (counts(stage, attempt, outcome) && !isExcused(stage, attempt, outcome)) {
            Optional<JobFailure> verdict = stage.retries().record(attempt, outcome);
            if (verdict.isPresent()) {
                dag.jobs.fail(stage, verdict.get());
                return;
            }
        }
        queueAgain(stage, attempt);
    }

    private void queueAgain(Stage stage, TaskAttempt attempt) {
        TaskSet live = stage.live();
        if (live != null && stage.isPending(attempt.index()) && !commits.isHeld(stage, attempt.index())) {
            dag.tasks.queue(live, attempt.index());
        }
    }

    /** The heap may have been filled by another job, which is to fail alone. */
    private boolean isExcused(Stage stage, TaskAttempt attempt, TaskOutcome outcome) {
        return outcome instanceof TaskOutcome.Failed failed
                && failed.error().isOutOfMemory()
                && !attempt.set().isIrrevocable()
                && neighbours.ranBeside(attempt)
                && stage.retries().excuse(attempt, outcome);
    }

    /** An end that was asked for, or that concerns a partition done otherwise, or void input, counts for nothing. */
    private boolean counts(Stage stage, TaskAttempt attempt, TaskOutcome outcome) {
        return !(outcome instanceof TaskOutcome.Success)
                && attempt.killReason().isEmpty()
                && stage.isPending(attempt.index())
                && dag.inputs.isCurrent(attempt);
    }

    /** Forgets the output that could not be fetched; a newer one of the same partition is not meant. */
    private void forget(TaskAttempt reader, TaskOutcome.FetchFailed lost) {
        if (dag.shuffles.forget(reader, lost)) {
            Stage producer = dag.stages.writing(lost.shuffleId());
            if (producer != null) {
                BitSet partition = new BitSet();
                partition.set(lost.mapPartition());
                lifecycle.outputLost(producer, partition);
            }
        }
    }

    /** From now on the stage waits for the shuffle, whatever {@link CachedPartitions} says. */
    private void inputMissing(Stage stage, int shuffle) {
        if (stage.parentShuffles().contains(shuffle)) {
            stage.required().add(shuffle);
            InputTracker.persistedAbove(stage, Set.of(shuffle), Set.of()).forEach(dag.cache::doubt);
        }
    }
}
