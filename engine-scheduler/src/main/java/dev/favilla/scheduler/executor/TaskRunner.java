package dev.favilla.scheduler.executor;

import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MetricValues;
import dev.favilla.memory.TaskScope;
import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskAccumulators;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockStore;
import dev.favilla.storage.PublishedBlock;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one attempt, from the opening of its scope to the event that reports its end.
 *
 * <p><b>Outcome.</b> Decided once, when the work is over, whatever user code made of exceptions on the way: an attempt
 * that was told to stop was <em>killed</em>; one that found an input lost <em>failed to fetch</em>; one whose work threw
 * <em>failed</em>; any other <em>succeeded</em>. Only then do its blocks become visible. A success whose scope cannot
 * be closed is a failure after all, and leaves nothing behind that a later attempt could take for granted.
 *
 * <p><b>Threads.</b> May be used by any number of slots at once.
 *
 * <p><b>Failures.</b> Nothing thrown by an attempt leaves {@link #run}, not even an {@link OutOfMemoryError}: the error
 * is the outcome, and the slot goes on.
 */
final class TaskRunner {

    private final ExecutorId executor;
    private final MemoryManager memory;
    private final BlockStore blocks;
    private final ShuffleManager shuffles;
    private final BlockStamps stamps = new BlockStamps();
    private final Consumer<SchedulerEvent> post;
    private final Consumer<TaskScope> scopeInitializer;

    TaskRunner(
            ExecutorId executor,
            MemoryManager memory,
            BlockStore blocks,
            ShuffleManager shuffles,
            Consumer<SchedulerEvent> post,
            Consumer<TaskScope> scopeInitializer) {
        this.executor = executor;
        this.memory = memory;
        this.blocks = blocks;
        this.shuffles = shuffles;
        this.post = post;
        this.scopeInitializer = scopeInitializer;
    }

    /** Runs {@code attempt} in slot {@code slot} and returns its end, which is still to be posted. */
    SchedulerEvent.AttemptEnded run(Attempt attempt, int slot) {
        TaskSpec spec = attempt.spec();
        TaskScope scope;
        try {
            post.accept(new SchedulerEvent.AttemptStarted(spec.attemptId(), executor, slot));
            scope = new TaskScope(spec.attemptId(), spec.describe(), memory.openTask(spec.describe()));
        } catch (Throwable t) { // the root of the slot's work: whatever is thrown is this attempt's end
            return notRun(attempt, new TaskOutcome.Failed(t));
        }
        attempt.begin(scope);
        AttemptWork work =
                new AttemptWork(spec, scope, shuffles, new PipelineBuilder(spec, scope, blocks, shuffles, stamps));
        TaskOutcome outcome = close(scope, execute(spec, scope, slot, work));
        if (!(outcome instanceof TaskOutcome.Success)) {
            work.committed().ifPresent(output -> drop(spec, output));
        }
        return new SchedulerEvent.AttemptEnded(
                spec.attemptId(), executor, outcome, scope.metrics().snapshot());
    }

    /** Returns the end of an attempt that never ran: killed if it was told to stop, else {@code otherwise}. */
    SchedulerEvent.AttemptEnded notRun(Attempt attempt, TaskOutcome otherwise) {
        TaskOutcome outcome =
                attempt.killReason().<TaskOutcome>map(TaskOutcome.Killed::new).orElse(otherwise);
        return new SchedulerEvent.AttemptEnded(attempt.spec().attemptId(), executor, outcome, MetricValues.ZERO);
    }

    private TaskOutcome execute(TaskSpec spec, TaskScope scope, int slot, AttemptWork work) {
        AttemptWork.Done done = null;
        Throwable error = null;
        try {
            scope.checkKilled();
            scopeInitializer.accept(scope);
            TaskContext context = new TaskContext(
                    spec.jobId(),
                    spec.stageId(),
                    spec.stageAttempt(),
                    spec.partition(),
                    spec.numPartitions(),
                    spec.attemptNumber(),
                    spec.attemptId(),
                    executor,
                    slot,
                    scope);
            done = context.call(() -> work.run(context));
        } catch (Throwable t) { // user code may throw anything; an escaped Error would end the slot
            error = t;
        }
        return decide(scope, done, error);
    }

    private TaskOutcome decide(TaskScope scope, AttemptWork.@Nullable Done done, @Nullable Throwable error) {
        if (scope.killReason().isPresent()) {
            return new TaskOutcome.Killed(scope.killReason().get());
        }
        if (scope.lostInput().isPresent()) {
            return lost(scope.lostInput().get());
        }
        if (error != null) {
            return new TaskOutcome.Failed(error);
        }
        Object result = done == null ? null : done.result();
        try {
            List<AccumulatorUpdate> updates = TaskAccumulators.of(scope).updates();
            return new TaskOutcome.Success(
                    result,
                    updates,
                    blocks.publish(scope).stream() // published last: it cannot be undone
                            .map(PublishedBlock::id)
                            .toList());
        } catch (Throwable t) { // an accumulator is user code, too
            return new TaskOutcome.Failed(t);
        }
    }

    private static TaskOutcome lost(RuntimeException input) {
        if (input instanceof FetchFailedException fetch) {
            return new TaskOutcome.FetchFailed(
                    fetch.shuffleId(), fetch.mapPartition(), fetch.mapAttemptId(), String.valueOf(fetch.getMessage()));
        }
        if (input instanceof InputMissingException missing) {
            return new TaskOutcome.InputMissing(missing.shuffleId());
        }
        return new TaskOutcome.Failed(input);
    }

    private TaskOutcome close(TaskScope scope, TaskOutcome outcome) {
        try {
            scope.close();
            return outcome;
        } catch (Throwable t) { // a cursor's close is user code; what went wrong first is the outcome
            if (outcome instanceof TaskOutcome.Success success) {
                success.cached().stream().map(BlockId::rddId).distinct().forEach(this::dropBlocks);
                return new TaskOutcome.Failed(t);
            }
            if (outcome instanceof TaskOutcome.Failed failed && failed.error() != t) {
                failed.error().addSuppressed(t);
            } else {
                logger().warn("{} did not close cleanly; it {}", scope.owner(), outcome.describe(), t);
            }
            return outcome;
        }
    }

    /** A block made by an attempt that did not succeed must not be seen; more than it is dropped, to be made again. */
    private void dropBlocks(int rddId) {
        try {
            blocks.drop(rddId);
        } catch (RuntimeException | Error e) { // the attempt's own error is the one to report
            logger().warn("Cannot drop the cached blocks of dataset {} after a failed attempt", rddId, e);
        }
    }

    private void drop(TaskSpec spec, MapOutput output) {
        if (spec.work() instanceof TaskWork.WriteShuffle write) {
            try {
                shuffles.drop(write.dependency().shuffleId(), output.mapPartition(), output.attemptId());
            } catch (RuntimeException | Error e) { // the attempt's own error is the one to report
                logger().warn("Cannot drop the map output of {}, which did not succeed", spec.describe(), e);
            }
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(TaskRunner.class);
    }
}
