package dev.favilla.scheduler.executor;

import dev.favilla.fault.FaultInjector;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.MetricValues;
import dev.favilla.memory.TaskScope;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskError;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor in this JVM: a fixed number of slots, each a thread that runs one attempt at a time, around a memory
 * manager, a block store and a shuffle of its own.
 *
 * <p><b>Threads.</b> All methods may be called from any thread and return at once, but for {@link #close}. A slot's
 * thread is started when first needed. Events are posted from slots, and for attempts that never ran also from the
 * thread that launches or closes. Slots apply what waits in the mailbox, their own events first of all, when an attempt
 * has started and when it has ended, and then only: with no user code below them on their stack.
 *
 * <p><b>Stopping an attempt.</b> {@link #kill} raises a flag that pipelines look at for every record that enters or
 * leaves a run of operators. If it is to interrupt, too, the thread is interrupted while the attempt does its own work:
 * an interrupt could hit code of others that shares a channel or a lock with it, so it is not the first means. An
 * attempt that ignores both loses its slot with {@link #replaceSlot}: its thread goes on until user code lets it, what
 * it leaves is dropped, and nobody is told of its end.
 *
 * <p><b>Failures.</b> An attempt that throws anything, or runs out of memory, is reported as failed and its slot goes
 * on. If no thread can be started at all, the attempt fails with the reason.
 */
public final class InProcessExecutor implements ExecutorBackend {

    private static final String CLOSED = "the context was closed";
    private static final long BETWEEN_TRIES_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final TaskOutcome NO_WORDS = new TaskOutcome.Failed(TaskError.unknown());

    private final Parts parts;
    private final EventGate gate;
    private final SlotPool slots;
    private final TaskRunner runner;

    /** Where slots tell of the ends of attempts: they look into the mailbox themselves afterwards. */
    private final Consumer<SchedulerEvent> leave;

    /** Launched and not ended, by attempt id. Whoever takes one out tells of its end, or has seen to it that nobody does. */
    private final Map<Long, Run> attempts = new ConcurrentHashMap<>();

    /**
     * @param parts what it is made of; its block store and its shuffle are closed with it
     * @param mailbox where events go
     * @throws IllegalArgumentException if there is not at least one slot
     */
    public InProcessExecutor(Parts parts, Mailbox mailbox) {
        this(parts, boundaryOf(parts), mailbox);
    }

    InProcessExecutor(Parts parts, Boundary boundary, Mailbox mailbox) {
        if (parts.slots() < 1) {
            throw new IllegalArgumentException("slots must be >= 1, got " + parts.slots());
        }
        this.parts = parts;
        this.gate = new EventGate(mailbox);
        this.slots = new SlotPool(parts.slots(), parts.threads(), gate);
        this.runner = new TaskRunner(parts, boundary, gate);
        this.leave = gate::leave;
    }

    private static Boundary boundaryOf(Parts parts) {
        Serializer serializer = parts.isolation();
        return serializer == null ? Boundary.NONE : new BytesBoundary(serializer);
    }

    @Override
    public ExecutorId id() {
        return parts.id();
    }

    @Override
    public int slots() {
        return slots.size();
    }

    @Override
    public boolean wake() {
        return slots.wake();
    }

    @Override
    public void launch(TaskSpec task) {
        if (gate.isShut()) {
            return;
        }
        Run run = new Run(new Attempt(task, () -> askCommit(task)));
        attempts.put(run.id, run);
        try {
            if (!slots.execute(run)) {
                run.attempt.kill(CLOSED, false);
                end(run, runner.notRun(run.attempt, new TaskOutcome.Killed(CLOSED)), gate);
            }
        } catch (RuntimeException | Error e) { // no thread to run it in, and none to be had
            end(run, runner.notRun(run.attempt, new TaskOutcome.Failed(e)), gate);
        }
    }

    private void askCommit(TaskSpec task) {
        gate.accept(new SchedulerEvent.CommitAsked(task.attemptId(), parts.id()));
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        Run run = attempts.get(attemptId);
        if (run != null) {
            run.attempt.kill(reason, interrupt);
        }
    }

    @Override
    public void replaceSlot(long attemptId) {
        Run run = attempts.remove(attemptId); // from here on nobody hears of its end
        if (run == null) {
            return;
        }
        run.attempt.kill("its slot was given up", true);
        slots.replace(run)
                .ifPresent(thread -> logger().warn(
                                "{} on {} goes on although it was told to stop ({}). Its slot gets another thread;"
                                        + " \"{}\" leaves as soon as user code lets it, and is at:{}",
                                run.attempt.spec().describe(),
                                parts.id(),
                                run.attempt.killReason().orElse(""),
                                thread.getName(),
                                SlotStopper.stackOf(thread)));
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        Run run = attempts.get(attemptId);
        if (run != null) {
            run.attempt.answerCommit(granted);
        }
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        parts.shuffle().drop(shuffleId, mapPartition, attemptId);
    }

    @Override
    public void dropShuffle(int shuffleId) {
        parts.shuffle().drop(shuffleId);
    }

    @Override
    public void dropBlocks(int rddId) {
        parts.blocks().drop(rddId);
    }

    @Override
    public void dropBlock(BlockId block) {
        parts.blocks().drop(block);
    }

    /**
     * {@inheritDoc}
     *
     * <p>May be called from one of its own slots, whose attempt is stopped like the others.
     */
    @Override
    public void abandon(String reason) {
        gate.shut();
        slots.shutDown().forEach(job -> {}); // what has not begun never will
        attempts.values().forEach(run -> run.attempt.kill(reason, true));
        attempts.clear();
        closeParts(new ArrayList<>());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Called from one of its own slots, it stops the others and does not wait for that one, which ends with its
     * attempt. Interrupting the caller does not cut the waiting short; the flag is set again on return.
     */
    @Override
    public List<String> close(Duration deadline) {
        SlotStopper stopper = new SlotStopper(slots, deadline);
        for (SlotPool.Job job : slots.shutDown()) {
            if (job instanceof Run run) {
                run.attempt.kill(CLOSED, false);
                end(run, runner.notRun(run.attempt, new TaskOutcome.Killed(CLOSED)), gate);
            }
        }
        attempts.values().forEach(run -> run.attempt.kill(CLOSED, false));
        List<String> left = new ArrayList<>(stopper.stop());
        closeParts(left);
        return left;
    }

    private void closeParts(List<String> left) {
        close("shuffle", parts.shuffle()::close, left);
        close("block store", parts.blocks()::close, left);
    }

    private void close(String what, Runnable close, List<String> left) {
        try {
            close.run();
        } catch (RuntimeException | Error e) { // the rest is to be closed, too
            logger().warn("The {} of {} did not close cleanly", what, parts.id(), e);
            left.add("the " + what + " of " + parts.id() + " did not close cleanly: " + e);
        }
    }

    /**
     * Tells of an attempt's end, and returns whether anybody is to hear of it.
     *
     * @param tell how
     */
    private boolean end(Run run, SchedulerEvent.AttemptEnded ended, Consumer<SchedulerEvent> tell) {
        if (!attempts.remove(run.id, run)) {
            return false;
        }
        while (!isTold(ended, tell)) {
            LockSupport.parkNanos(BETWEEN_TRIES_NANOS);
            Thread.interrupted();
        }
        return true;
    }

    /** The scheduler waits for it: when there is no memory to tell it now, it is told when there is. */
    private boolean isTold(SchedulerEvent.AttemptEnded ended, Consumer<SchedulerEvent> tell) {
        try {
            tell.accept(ended);
            return true;
        } catch (OutOfMemoryError e) {
            return gate.isShut();
        }
    }

    /**
     * What an executor is made of.
     *
     * @param id names this life of the executor
     * @param slots how many attempts run at once, at least 1
     * @param memory its budget
     * @param blocks its cached partitions
     * @param shuffle its map outputs
     * @param threads makes the slots' threads
     * @param scopeInitializer prepares the scope of each attempt before its work begins
     * @param isolation writes what passes between it and the driver; null where they share objects
     * @param clock tells how long attempts take
     * @param faults steps in at the sites that attempts reach; null in earnest
     */
    public record Parts(
            ExecutorId id,
            int slots,
            MemoryManager memory,
            BlockManager blocks,
            ShuffleManager shuffle,
            ThreadFactory threads,
            Consumer<TaskScope> scopeInitializer,
            @Nullable Serializer isolation,
            InstantSource clock,
            @Nullable FaultInjector faults) {}

    private final class Run implements SlotPool.Job {

        private final Attempt attempt;

        /** As the table of attempts knows it. */
        private final Long id;

        /** Told where no other end can be put into words. Made beforehand: there may be no memory then. */
        private final SchedulerEvent.AttemptEnded lastResort;

        Run(Attempt attempt) {
            this.attempt = attempt;
            this.id = attempt.spec().attemptId();
            this.lastResort = new SchedulerEvent.AttemptEnded(id, parts.id(), NO_WORDS, MetricValues.ZERO);
        }

        @Override
        public void run(int slot) {
            TaskRun task = null;
            SchedulerEvent.AttemptEnded ended = lastResort;
            try {
                task = runner.take(attempt);
                ended = task.run(slot);
            } catch (Throwable t) { // memory ran out while the end was put into words; the job must hear of it still
                takeBack(task);
                ended = inWords(t);
            } finally {
                Thread.interrupted(); // what was meant for the attempt must not hit whoever handles its end
                if (!end(this, ended, leave)) {
                    takeBack(task); // a success that came too late
                }
            }
        }

        private SchedulerEvent.AttemptEnded inWords(Throwable thrown) {
            try {
                return runner.notRun(attempt, new TaskOutcome.Failed(thrown));
            } catch (Throwable t) {
                return lastResort;
            }
        }

        private static void takeBack(@Nullable TaskRun task) {
            if (task != null) {
                task.takeBack();
            }
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(InProcessExecutor.class);
    }
}
