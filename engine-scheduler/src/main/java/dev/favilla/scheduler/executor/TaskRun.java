package dev.favilla.scheduler.executor;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.StackText;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.pipeline.InputMissingException;
import dev.favilla.pipeline.InputVersions;
import dev.favilla.pipeline.PipelineBuilder;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.ResultTooLargeException;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskAccumulators;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.executor.InProcessExecutor.ExecutorEnv;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one attempt, from the opening of its scope to the event that reports its end.
 *
 * <p><b>Outcome.</b> Decided once, when the work is over and its listeners were told, whatever user code made of
 * exceptions on the way: an attempt that was told to stop was <em>killed</em>; one that found an input lost <em>failed
 * to fetch</em>; one that ended because it may not commit was <em>denied</em>, because its job gathers too much,
 * <em>too large</em>; one whose work threw <em>failed</em>; any other <em>succeeded</em>. Only then do its blocks
 * become visible. A success whose scope cannot be closed, or whose result cannot leave the executor, is a failure
 * after all, and leaves nothing behind that a later attempt could take for granted.
 *
 * <p><b>Threads.</b> Belongs to the slot's thread.
 *
 * <p><b>Failures.</b> Nothing thrown by an attempt leaves {@link #run}, not even an {@link OutOfMemoryError}: the error
 * is the outcome, and the slot goes on. Exceptions of the user's are user code: whatever they throw when they are asked
 * changes neither that the attempt ends nor that its scope is closed.
 */
final class TaskRun {

    /** How far causes are followed: they may form a circle. */
    private static final int MAX_CAUSES = 64;

    private final TaskRunner attempt;
    private final ExecutorEnv env;
    private final Boundary boundary;
    private final InputVersions inputVersions;
    private final Mailbox mailbox;

    /** Null where strict mode is off. */
    private final @Nullable StrictRun strict;

    /** Knows the map output that the attempt has made readable; null before the work has begun. */
    private @Nullable AttemptWork work;

    /** What the closing of its scope threw. */
    private @Nullable Throwable closing;

    /** The blocks it has made visible. */
    private List<PublishedBlock> published = List.of();

    TaskRun(TaskRunner attempt, ExecutorEnv env, Boundary boundary, InputVersions inputVersions, Mailbox mailbox) {
        this.attempt = attempt;
        this.env = env;
        this.boundary = boundary;
        this.inputVersions = inputVersions;
        this.mailbox = mailbox;
        this.strict = StrictRun.of(attempt, env, inputVersions);
    }

    /** Runs the attempt in slot {@code slot} and returns its end, which is still to be posted. */
    SchedulerEvent.AttemptEnded run(int slot) {
        TaskSpec spec = attempt.spec();
        TaskScope scope;
        try {
            if (mailbox.wantsStarts()) {
                mailbox.leave(new SchedulerEvent.AttemptStarted(spec.attemptId(), env.id(), slot));
                mailbox.work(); // observers are to hear of it now, and here no user code is below
            }
            scope = open(spec);
        } catch (Throwable t) { // the root of the slot's work: whatever is thrown is this attempt's end
            return ended(attempt.killedOr(new TaskOutcome.Failed(t)), MetricValues.ZERO);
        }
        TaskOutcome outcome;
        try {
            outcome = execute(spec, scope, slot);
        } catch (Throwable t) { // memory ran out around the work
            outcome = new TaskOutcome.Failed(t);
        } finally { // nothing that is thrown here or later keeps what it holds
            attempt.endWork();
            closing = closeQuietly(scope);
        }
        outcome = boundary.leave(again(closed(scope, outcome), slot), scope);
        if (outcome instanceof TaskOutcome.Success success) {
            scope.metrics().add(Metric.RESULT_BYTES, success.resultBytes());
        } else {
            takeBack();
        }
        MetricValues metrics = scope.metrics().snapshot();
        long leaked = metrics.get(Metric.MEMORY_BYTES_LEAKED);
        if (leaked > 0) {
            logger().warn(
                            "{} still held {} when all that it had opened was closed, which is a bug of the engine or"
                                    + " of an extension. They were given back.",
                            scope.owner(),
                            Bytes.format(leaked));
        }
        return ended(outcome, metrics);
    }

    /** Returns the outcome, of which a second run changes nothing. */
    private TaskOutcome again(TaskOutcome outcome, int slot) {
        if (strict != null && outcome instanceof TaskOutcome.Success) {
            try {
                strict.again(slot);
            } catch (Throwable t) { // no memory for it, or closing what it had opened, which is user code
                logger().debug("A second run in strict mode has failed", t);
            }
        }
        return outcome;
    }

    private static @Nullable Throwable closeQuietly(TaskScope scope) {
        try {
            scope.close();
            return null;
        } catch (Throwable t) { // a cursor's close is user code
            return t;
        }
    }

    private SchedulerEvent.AttemptEnded ended(TaskOutcome outcome, MetricValues metrics) {
        return new SchedulerEvent.AttemptEnded(attempt.spec().attemptId(), env.id(), outcome, metrics);
    }

    private TaskScope open(TaskSpec spec) {
        FaultInjector injector = env.faults();
        FaultProbe probe = injector == null ? FaultProbe.NONE : new AttemptFaults(injector, spec, env.id());
        MemoryAccount account = env.memory().openTask(spec, spec.jobId());
        try {
            return new TaskScope(spec.attemptId(), spec, account, probe);
        } catch (Throwable t) { // no memory for it, and nobody else knows of the account
            account.close();
            throw t;
        }
    }

    private TaskOutcome execute(TaskSpec spec, TaskScope scope, int slot) {
        AttemptWork.Done done = null;
        List<AccumulatorUpdate> updates = List.of();
        Throwable error = null;
        Instant begin = env.clock().instant();
        attempt.begin(scope);
        try {
            scope.checkKilled();
            env.attachments().prepare(scope);
            RunningTask task = new RunningTask(spec, env.id(), slot, scope, attempt);
            done = task.call(() -> work(spec, scope));
            updates = TaskAccumulators.updates(scope); // user code, too
            scope.faults().reach(FaultSite.RESULT, "");
            scope.succeed();
        } catch (Throwable t) { // user code may throw anything; an escaped Error would end the slot
            error = t;
        }
        attempt.endWork();
        long nanos = ChronoUnit.NANOS.between(begin, env.clock().instant());
        scope.metrics().add(Metric.RUN_NANOS, Math.max(0, nanos)); // the clock may have been set back
        return decide(scope, done, updates, error);
    }

    private AttemptWork.Done work(TaskSpec spec, TaskScope scope) throws Exception {
        scope.faults().reach(FaultSite.TASK_START, "");
        scope.checkKilled();
        TaskSpec entered = boundary.enter(spec);
        if (strict != null) {
            strict.begin(entered, scope);
        }
        PipelineBuilder pipelines = new PipelineBuilder(
                scope,
                entered.reads(),
                entered.persisted(),
                env.blocks(),
                env.shuffle(),
                inputVersions,
                env.attachments().code());
        AttemptWork begun = new AttemptWork(entered, scope, env.shuffle(), pipelines);
        work = begun;
        return strict == null ? begun.run() : strict.run(begun);
    }

    private TaskOutcome decide(
            TaskScope scope,
            AttemptWork.@Nullable Done done,
            List<AccumulatorUpdate> updates,
            @Nullable Throwable error) {
        if (scope.killReason().isPresent()) {
            return new TaskOutcome.Killed(scope.killReason().get());
        }
        if (scope.lostInput().isPresent()) {
            return lost(scope.lostInput().get());
        }
        if (error != null || done == null) {
            return failed(error);
        }
        try {
            published = env.blocks().publish(scope); // last: others see them from now on
            return new TaskOutcome.Success(
                    done.result(),
                    done.bytes(),
                    updates,
                    published,
                    env.blocks().used(scope));
        } catch (Throwable t) { // memory may run out at any time
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

    private static TaskOutcome failed(@Nullable Throwable error) {
        if (error == null) {
            return new TaskOutcome.Failed(new IllegalStateException("The attempt ended without a result or an error"));
        }
        Optional<TaskOutcome> denied = causeOf(error, CommitDeniedException.class)
                .map(denial -> new TaskOutcome.CommitDenied(String.valueOf(denial.getMessage())));
        return denied.or(() -> causeOf(error, ResultTooLargeException.class)
                        .map(tooLarge -> new TaskOutcome.ResultTooLarge(tooLarge.resultBytes(), tooLarge.limitBytes())))
                .orElseGet(() -> new TaskOutcome.Failed(error));
    }

    /** User code may have wrapped it, and the engine has where an operator threw it. */
    private static <T extends Throwable> Optional<T> causeOf(Throwable error, Class<T> type) {
        Throwable cause = error;
        try {
            for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
                if (type.isInstance(cause)) {
                    return Optional.of(type.cast(cause));
                }
                cause = cause.getCause();
            }
        } catch (Throwable t) { // asking an exception of the user's is running user code
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** Returns the outcome once the scope is closed; what went wrong first is the outcome. */
    private TaskOutcome closed(TaskScope scope, TaskOutcome outcome) {
        Throwable late = closing;
        if (late == null) {
            return outcome;
        }
        if (outcome instanceof TaskOutcome.Success) {
            return new TaskOutcome.Failed(late);
        }
        Throwable first = outcome instanceof TaskOutcome.Failed failed
                ? failed.error().thrown().orElse(null)
                : null;
        if (first == null) {
            logger().warn("{} did not close cleanly; it {}: {}", scope.owner(), outcome.describe(), StackText.of(late));
        } else if (first != late) {
            first.addSuppressed(late);
        }
        return outcome;
    }

    /** Drops what the attempt has left for others. Dropping twice is harmless. */
    void takeBack() {
        for (PublishedBlock block : published) {
            takeBack("a cached block", () -> env.blocks().drop(block.id()));
        }
        AttemptWork begun = work;
        if (begun != null && attempt.spec().work() instanceof TaskWork.WriteShuffle write) {
            begun.committed().ifPresent(output -> takeBack("a map output", () -> drop(write, output)));
        }
    }

    private void drop(TaskWork.WriteShuffle write, MapOutput output) {
        env.shuffle().drop(write.dependency().shuffleId(), output.mapPartition(), output.attemptId());
    }

    private void takeBack(String what, Runnable drop) {
        try {
            drop.run();
        } catch (RuntimeException | Error e) { // the attempt's own end is the one to report
            logger().warn(
                            "Cannot drop {} of {}, which did not succeed",
                            what,
                            attempt.spec().describe(),
                            e);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(TaskRun.class);
    }
}
