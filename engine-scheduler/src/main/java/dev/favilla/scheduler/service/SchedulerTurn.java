package dev.favilla.scheduler.service;

import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles one event: asks the state machine what it means, and performs the commands in order.
 *
 * <p><b>Threads.</b> {@link #handle} and {@link #fail} belong to the loop and never run twice at once. Tickets may be
 * added, and the failure asked for, from any thread.
 *
 * <p><b>Failures.</b> A command that cannot be performed is logged and stops no other. A state machine that throws can
 * be trusted no more: all jobs fail with its error, attempts that run are told to stop, and every later event is
 * ignored.
 */
final class SchedulerTurn {

    private final Machine machine;
    private final Fleet fleet;
    private final AccumulatorRegistry accumulators;
    private final Consumer<EngineEvent> observers;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Consumer<SchedulerEvent> post;

    private final Map<Integer, JobTicket> tickets = new ConcurrentHashMap<>();

    /** Where attempts run that were launched and have not ended; owned by the loop. */
    private final Map<Long, ExecutorBackend> launched = new HashMap<>();

    private volatile @Nullable Throwable failure;

    /**
     * @param fleet the executors; changed by callers, too
     * @param observers told what is published; must neither block nor throw
     * @param alarm set as the machine wants it
     * @param clock tells how long jobs took that the state machine cannot report on any more
     * @param post where events go that follow from commands
     */
    SchedulerTurn(
            Machine machine,
            Fleet fleet,
            AccumulatorRegistry accumulators,
            Consumer<EngineEvent> observers,
            Alarm alarm,
            InstantSource clock,
            Consumer<SchedulerEvent> post) {
        this.machine = machine;
        this.fleet = fleet;
        this.accumulators = accumulators;
        this.observers = observers;
        this.alarm = alarm;
        this.clock = clock;
        this.post = post;
    }

    /** Makes a job's waiter known. To be called before the job is posted. */
    void expect(JobTicket ticket) {
        tickets.put(ticket.jobId(), ticket);
    }

    /** Returns the error after which nothing is scheduled any more. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Ends all jobs that have not ended. */
    void abortAll(String reason, @Nullable Throwable error) {
        for (Integer jobId : List.copyOf(tickets.keySet())) {
            abort(jobId, reason, error);
        }
    }

    private void abort(int jobId, String reason, @Nullable Throwable error) {
        JobTicket ticket = tickets.remove(jobId);
        if (ticket != null) {
            ticket.abort(reason, error, clock.instant());
        }
    }

    void handle(Turn turn) {
        if (turn instanceof Turn.Asked<?> asked) {
            asked.answerFrom(machine);
        } else if (turn instanceof Turn.Happened happened) {
            Throwable broken = failure;
            if (broken == null) {
                apply(happened.event());
            } else if (happened.event() instanceof SchedulerEvent.JobSubmitted submitted) {
                abort(submitted.jobId(), reasonOf(broken), broken);
            }
        }
    }

    private void apply(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.AttemptEnded ended) {
            launched.remove(ended.attemptId());
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) { // nothing more is heard of what ran there
            launched.values().removeIf(executor -> executor.id().equals(lost.executor()));
        }
        for (SchedulerCommand command : machine.on(event)) {
            try {
                perform(command);
            } catch (Throwable t) { // one command must not keep the others from being performed
                logger().warn("Cannot perform {}", command, t);
            }
        }
    }

    /** Gives up after {@code error}, thrown while {@code turn} was handled. */
    void fail(Turn turn, Throwable error) {
        failure = error;
        logger().error("The scheduler failed on {}; all jobs fail, and no new ones are taken", turn, error);
        abortAll(reasonOf(error), error);
        launched.forEach((attemptId, executor) -> executor.kill(attemptId, "the scheduler failed", false));
        launched.clear();
    }

    private static String reasonOf(Throwable error) {
        return "The scheduler failed: " + error + ". This is a bug of the engine; close this context and open another.";
    }

    private void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            launch(launch);
        } else if (command instanceof SchedulerCommand.Publish publish) {
            observers.accept(publish.event());
        } else if (command instanceof SchedulerCommand.ApplyAccumulators apply) {
            apply.updates().forEach(this::applyUpdate);
        } else if (command instanceof SchedulerCommand.EndJob end) {
            end(end);
        } else if (command instanceof SchedulerCommand.WakeAt wake) {
            alarm.set(wake.instant());
        } else if (command instanceof SchedulerCommand.ReleaseExecutor release) {
            fleet.remove(release.executor(), "it was drained");
        } else if (command instanceof SchedulerCommand.DropShuffle drop) {
            fleet.forEach(executor -> executor.dropShuffle(drop.shuffleId()));
        } else if (command instanceof SchedulerCommand.DropBlocks drop) {
            fleet.forEach(executor -> executor.dropBlocks(drop.rddId()));
        } else {
            performOnOne(command);
        }
    }

    private void performOnOne(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Kill kill) {
            fleet.find(kill.executor())
                    .ifPresent(executor -> executor.kill(kill.attemptId(), kill.reason(), kill.interrupt()));
        } else if (command instanceof SchedulerCommand.ReplaceSlot replace) {
            launched.remove(replace.attemptId()); // its end is not told any more
            fleet.find(replace.executor()).ifPresent(executor -> executor.replaceSlot(replace.attemptId()));
        } else if (command instanceof SchedulerCommand.AnswerCommit answer) {
            fleet.find(answer.executor())
                    .ifPresent(executor -> executor.answerCommit(answer.attemptId(), answer.granted()));
        } else if (command instanceof SchedulerCommand.DropMapOutput drop) {
            fleet.find(drop.executor())
                    .ifPresent(executor ->
                            executor.dropMapOutput(drop.shuffleId(), drop.mapPartition(), drop.attemptId()));
        } else if (command instanceof SchedulerCommand.DropBlock drop) {
            fleet.find(drop.executor()).ifPresent(executor -> executor.dropBlock(drop.block()));
        } else {
            throw new IllegalStateException("Nobody knows how to perform " + command);
        }
    }

    private void end(SchedulerCommand.EndJob end) {
        JobTicket ticket = tickets.remove(end.jobId());
        if (ticket != null) {
            ticket.complete(end.outcome());
        }
    }

    private void launch(SchedulerCommand.Launch launch) {
        long attemptId = launch.task().attemptId();
        Optional<ExecutorBackend> found = fleet.find(launch.executor());
        if (found.isEmpty()) { // told as the executor's end, not the attempt's, or the machine would try there again
            post.accept(new SchedulerEvent.ExecutorLost(launch.executor(), "it is gone"));
            return;
        }
        ExecutorBackend executor = found.get();
        launched.put(attemptId, executor);
        try {
            executor.launch(launch.task());
        } catch (Throwable t) { // the state machine waits for the end of what it has launched
            post.accept(new SchedulerEvent.AttemptEnded(
                    attemptId, launch.executor(), new TaskOutcome.Failed(t), MetricValues.ZERO));
        }
    }

    private void applyUpdate(AccumulatorUpdate update) {
        try {
            accumulators.apply(List.of(update));
        } catch (Throwable t) { // user code; neither the scheduler nor other accumulators are to suffer
            logger().warn("Accumulator {} could not merge an update, which is lost", update.accumulatorId(), t);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SchedulerTurn.class);
    }
}
