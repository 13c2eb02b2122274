package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.lineage.StackText;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles one turn: asks the state machine what an event means, and performs the commands in order.
 *
 * <p><b>Threads.</b> All but {@link #unwanted} and {@link #closes} belongs to the loop: what the state machine knows, and
 * which executors there are, is touched by the thread that drains the loop and by no other. {@link #handle}, through which
 * everybody comes, sees to that.
 *
 * <p><b>Failures.</b> A state machine that throws can be trusted no more, nor can one whose command was not performed:
 * it believes what is not so. Then all jobs fail with that error, before anything else and without a need for memory;
 * all executors are given up with what runs and lies there, and empty ones take their places; and a successor of the
 * machine begins with them. If that cannot be done, for want of memory again, every later turn tries it first.
 */
final class SchedulerTurn {

    private static final String FAILED = "the scheduler failed";
    private static final String CLOSED = "the context was closed";

    private final BooleanSupplier isTurn;
    private final Parts parts;
    private final OpenEvents open = new OpenEvents();

    /** Of jobs that have not ended. */
    private final Map<Integer, JobTicket> tickets = new HashMap<>();

    private final JobTicket.Unwanted unwanted = new JobTicket.Unwanted();
    private final BiConsumer<Integer, JobTicket> abortTicket = this::abort; // made now: later there may be no memory

    private SchedulerStateMachine machine;

    /** Why jobs end if the next turn fails. */
    private AbortReason abortReason = AbortReason.inAdvance();

    /** After what nothing can be scheduled until a new start; null while all is well. */
    private @Nullable Throwable failure;

    /** Why there is nothing to come any more; null while the service is open. */
    private @Nullable AbortReason closed;

    /** Whether the service is being closed: if the machine fails after that, there is nothing to begin anew for. */
    private volatile boolean closing;

    /**
     * @param first the state machine to begin with
     * @param isTurn whether the calling thread is the one that drains the loop
     * @param parts what turns work with
     */
    SchedulerTurn(SchedulerStateMachine first, BooleanSupplier isTurn, Parts parts) {
        this.machine = first;
        this.isTurn = isTurn;
        this.parts = parts;
    }

    /**
     * What turns work with.
     *
     * @param registry the executors; changed here only
     * @param replacement makes an executor for the place of another
     * @param accumulators the context's accumulators
     * @param observed whether there are observers
     * @param observers told what is published; must neither block nor throw
     * @param alarm set as the machine wants it
     * @param clock for the times of events
     * @param post where events go that follow from commands
     */
    record Parts(
            ExecutorRegistry registry,
            Function<ExecutorId, ExecutorMaker> replacement,
            AccumulatorRegistry accumulators,
            BooleanSupplier observed,
            Consumer<EngineEvent> observers,
            Consumer<Instant> alarm,
            InstantSource clock,
            Consumer<SchedulerEvent> post) {}

    /** Returns where it is noted that nobody waits for some job any more. */
    JobTicket.Unwanted unwanted() {
        return unwanted;
    }

    /** Says that the service is about to close. */
    void closes() {
        closing = true;
    }

    // --- turns

    /**
     * Does what a message asks for.
     *
     * @throws IllegalStateException if another thread drains the loop, or none does, which is a bug
     */
    void handle(LoopMessage turn) {
        requireTurn(turn);
        boolean left = hasLeft(turn); // first: a new start that fails must not make this turn forgotten
        if (failure != null) {
            beginAnew();
        }
        if (unwanted.any) {
            cancelUnwanted();
        }
        if (turn instanceof LoopMessage.Happened happened) {
            apply(happened.event());
        } else if (turn instanceof LoopMessage.Submitted submitted) {
            submitted(submitted);
        } else if (turn instanceof LoopMessage.Asked<?> asked) {
            asked.answerFrom(machine);
        } else if (turn instanceof LoopMessage.Added added) {
            add(added);
        } else if (turn instanceof LoopMessage.Draining draining) {
            if (left) {
                apply(new SchedulerEvent.ExecutorDraining(draining.executor()));
            }
            draining.reply().give(left);
        } else if (turn instanceof LoopMessage.Lost lost) {
            if (left) {
                replace(lost);
            }
        } else if (turn instanceof LoopMessage.Published published) {
            parts.observers().accept(published.event());
        } else if (turn instanceof LoopMessage.Closed end) {
            close(end.reason());
        }
    }

    private void requireTurn(LoopMessage turn) {
        if (!isTurn.getAsBoolean()) {
            throw new IllegalStateException(
                    "Scheduler bug: thread \"" + Thread.currentThread().getName() + "\" was to handle "
                            + turn.getClass().getSimpleName()
                            + ", but the state machine belongs to the thread that drains the loop, one turn at a time."
                            + " Post the message instead. Please report this.");
        }
    }

    /**
     * Takes a lost executor out of the registry, before the machine knows: nothing is launched there any more. Returns
     * whether it was there, or can be spared if it is only to be drained.
     */
    private boolean hasLeft(LoopMessage turn) {
        if (turn instanceof LoopMessage.Draining draining) {
            return parts.registry().drain(draining.executor());
        }
        return turn instanceof LoopMessage.Lost lost && parts.registry().remove(lost.executor(), lost.reason());
    }

    private void submitted(LoopMessage.Submitted submitted) {
        JobTicket ticket = submitted.ticket();
        if (ticket.isUnwanted()) {
            return; // its submitter was thrown out half way
        }
        AbortReason end = closed;
        if (end != null) {
            ticket.abort(end);
            return;
        }
        tickets.put(ticket.jobId(), ticket);
        apply(submitted.event());
    }

    private void cancelUnwanted() {
        unwanted.any = false;
        List<JobTicket> left = new ArrayList<>();
        for (JobTicket ticket : tickets.values()) {
            if (ticket.isUnwanted()) {
                left.add(ticket);
            }
        }
        for (JobTicket ticket : left) {
            String reason = "the thread that waited for it was thrown out by an error of its own";
            apply(new SchedulerEvent.JobsCancelled(new JobSelector.One(ticket.jobId()), reason));
        }
    }

    private void replace(LoopMessage.Lost lost) {
        apply(new SchedulerEvent.ExecutorLost(lost.executor(), lost.reason()));
        ExecutorMaker replacement = lost.replacement();
        if (replacement != null) {
            welcome(parts.registry().add(replacement));
        }
    }

    private void add(LoopMessage.Added added) {
        ExecutorBackend made;
        try {
            made = parts.registry().add(added.executor());
        } catch (RuntimeException e) { // the executor's own affair: there is none, and nothing has changed
            added.reply().give(Optional.of(e));
            return;
        }
        welcome(made);
        added.reply().give(Optional.empty());
    }

    /** Offers the slots of an executor that has come to the machine, unless it came too late. */
    private void welcome(ExecutorBackend executor) {
        if (closing) { // looked at only now: whoever closes says so first, and may not have seen this one
            parts.registry().remove(executor.id(), CLOSED);
        } else {
            apply(new SchedulerEvent.ExecutorAdded(executor.id(), executor.slots(), executor.ahead()));
        }
    }

    private void close(String reason) {
        AbortReason end = AbortReason.because(reason);
        closed = end;
        tickets.values().forEach(ticket -> ticket.abort(end));
        tickets.clear();
    }

    private void apply(SchedulerEvent event) {
        if (!parts.observed().getAsBoolean()) {
            open.forget();
        }
        for (SchedulerCommand command : machine.on(event)) {
            perform(command);
        }
    }

    // --- failures

    /** Ends everything after {@code error}, thrown while {@code turn} was handled, and begins anew. */
    void fail(LoopMessage turn, Throwable error) {
        failure = error;
        abortReason.causedBy(error);
        tickets.forEach(abortTicket); // nobody waits for what follows
        if (turn instanceof LoopMessage.Submitted submitted) {
            submitted.ticket().abort(abortReason);
        } else if (turn instanceof LoopMessage.Asked<?> asked) {
            asked.reply().fail(error);
        } else if (turn instanceof LoopMessage.Added added) {
            added.reply().fail(error);
        } else if (turn instanceof LoopMessage.Draining draining) {
            draining.reply().fail(error);
        }
        say(turn, error);
        beginAnew();
    }

    private void abort(Integer jobId, JobTicket ticket) {
        ticket.abort(abortReason);
    }

    private static void say(LoopMessage turn, Throwable error) {
        try {
            String what = turn instanceof LoopMessage.Happened happened
                    ? happened.event().getClass().getSimpleName()
                    : turn.getClass().getSimpleName();
            logger().error(
                            "The scheduler failed on {}; all jobs fail, and it starts anew: {}",
                            what,
                            StackText.of(error));
        } catch (Throwable t) { // no memory to say it: the jobs' errors will
            if (t != error) {
                error.addSuppressed(t);
            }
        }
    }

    /** Every step may be cut short by an error, and goes on where it was with the next call. */
    private void beginAnew() {
        ExecutorRegistry registry = parts.registry();
        if (!closing) {
            registry.renew(FAILED, parts.replacement());
        }
        open.endAll(
                parts.clock().instant(),
                FAILED,
                jobId -> Optional.ofNullable(tickets.get(jobId)).flatMap(JobTicket::outcome),
                parts.observers());
        tickets.clear();
        abortReason = AbortReason.inAdvance();
        machine = machine.successor();
        registry.working().forEach(this::welcome);
        if (closing) {
            apply(new SchedulerEvent.Stopped(CLOSED));
        }
        failure = null;
    }

    // --- commands

    private void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            launch(launch);
        } else if (command instanceof SchedulerCommand.Publish publish) {
            parts.observers().accept(publish.event());
            open.note(publish.event()); // only now: what nobody was told has not begun for them
        } else if (command instanceof SchedulerCommand.ApplyAccumulators apply) {
            apply.updates().forEach(this::applyUpdate);
        } else if (command instanceof SchedulerCommand.EndJob end) {
            end(end);
        } else if (command instanceof SchedulerCommand.WakeAt wake) {
            parts.alarm().accept(wake.instant());
        } else if (command instanceof SchedulerCommand.ReleaseExecutor release) {
            parts.registry().remove(release.executor(), "it was drained");
        } else if (command instanceof SchedulerCommand.DropShuffle drop) {
            parts.registry().forEach(executor -> executor.dropShuffle(drop.shuffleId()));
        } else if (command instanceof SchedulerCommand.DropBlocks drop) {
            parts.registry().forEach(executor -> executor.dropBlocks(drop.rddId()));
        } else {
            performOnOne(command);
        }
    }

    private void performOnOne(SchedulerCommand command) {
        ExecutorRegistry registry = parts.registry();
        if (command instanceof SchedulerCommand.Kill kill) {
            registry.find(kill.executor())
                    .ifPresent(executor -> executor.kill(kill.attemptId(), kill.reason(), kill.interrupt()));
        } else if (command instanceof SchedulerCommand.Withdraw withdraw) {
            registry.find(withdraw.executor()).ifPresent(executor -> executor.withdraw(withdraw.attemptId()));
        } else if (command instanceof SchedulerCommand.ReplaceSlot replace) {
            registry.find(replace.executor()).ifPresent(executor -> executor.replaceSlot(replace.attemptId()));
        } else if (command instanceof SchedulerCommand.AnswerCommit reply) {
            registry.find(reply.executor())
                    .ifPresent(executor -> executor.answerCommit(reply.attemptId(), reply.granted()));
        } else if (command instanceof SchedulerCommand.DropMapOutput drop) {
            registry.find(drop.executor())
                    .ifPresent(executor ->
                            executor.dropMapOutput(drop.shuffleId(), drop.mapPartition(), drop.attemptId()));
        } else if (command instanceof SchedulerCommand.DropBlock drop) {
            registry.find(drop.executor()).ifPresent(executor -> executor.dropBlock(drop.block()));
        } else {
            throw new IllegalStateException("Nobody knows how to perform " + command.getClass());
        }
    }

    private void end(SchedulerCommand.EndJob end) {
        JobTicket ticket = tickets.remove(end.jobId());
        if (ticket != null) {
            ticket.complete(end.outcome());
        }
    }

    private void launch(SchedulerCommand.Launch launch) {
        Optional<ExecutorBackend> found = parts.registry().find(launch.executor());
        if (found.isEmpty()) { // told as the executor's end, not the attempt's, or the machine would try there again
            parts.post().accept(new SchedulerEvent.ExecutorLost(launch.executor(), "it is gone"));
            return;
        }
        try {
            found.get().launch(launch.task());
        } catch (Throwable t) { // the state machine waits for the end of what it has launched
            parts.post()
                    .accept(new SchedulerEvent.AttemptEnded(
                            launch.task().attemptId(),
                            launch.executor(),
                            new TaskOutcome.Failed(t),
                            MetricValues.ZERO));
        }
    }

    private void applyUpdate(AccumulatorUpdate update) {
        try {
            parts.accumulators().apply(List.of(update));
        } catch (Throwable t) { // user code; neither the scheduler nor other accumulators are to suffer
            logger().warn(
                            "Accumulator {} could not merge an update, which is lost: {}",
                            update.accumulatorId(),
                            StackText.of(t));
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SchedulerTurn.class);
    }
}
