package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DiskUsage;
import dev.favilla.fault.FaultInjector;
import dev.favilla.memory.MemoryManager;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.pipeline.InputVersions;
import dev.favilla.pipeline.strict.StrictMode;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.task.TaskOutcome;
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
 * manager, a block manager and a shuffle of its own.
 *
 * <p><b>Threads.</b> All methods may be called from any thread and return at once, but for {@link #close}. A slot's
 * thread is started when first needed. Events are posted from slots, and for attempts that never ran also from the
 * thread that launches, kills, withdraws or closes. Slots apply what waits in the mailbox, their own events first of
 * all, when an attempt has started and when it has ended, and then only: with no user code below them on their stack.
 *
 * <p><b>Stopping an attempt.</b> One that waits for a slot ends at once. Else {@link #kill} raises a flag that
 * pipelines look at for each few records that enter a run of operators. If it is to interrupt, too, the thread is interrupted while the attempt does its own work:
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

    /** How many attempts may wait for each slot: enough for the time in which another slot takes several turns. */
    private static final int AHEAD_OF_A_SLOT = 2 * SlotPool.IN_A_ROW;

    private final ExecutorEnv env;
    private final Boundary boundary;
    private final EventGate gate;
    private final SlotPool slots;
    private final InputVersions inputVersions = new InputVersions();
    private final TaskRunner.Host host = new Host();

    /** Where slots tell of the ends of attempts: they look into the mailbox themselves afterwards. */
    private final Consumer<SchedulerEvent> leave;

    /** Launched and not ended, by attempt id. Whoever takes one out tells of its end, or has seen to it that nobody does. */
    private final Map<Long, TaskRunner> attempts = new ConcurrentHashMap<>();

    /**
     * @param env what it is made of; its blocks, its shuffle and its attachments are closed with it
     * @param gate where events go; shut when it is abandoned
     * @throws IllegalArgumentException if there is not at least one slot
     */
    public InProcessExecutor(ExecutorEnv env, EventGate gate) {
        this(env, boundaryOf(env), gate);
    }

    InProcessExecutor(ExecutorEnv env, Boundary boundary, EventGate gate) {
        if (env.slots() < 1) {
            throw new IllegalArgumentException("slots must be >= 1, got " + env.slots());
        }
        this.env = env;
        this.boundary = boundary;
        this.gate = gate;
        this.slots = new SlotPool(env.slots(), env.threads(), gate);
        this.leave = gate::leave;
    }

    private static Boundary boundaryOf(ExecutorEnv env) {
        Serializer serializer = env.isolation();
        return serializer == null
                ? Boundary.NONE
                : new BytesBoundary(serializer, env.attachments().results());
    }

    @Override
    public ExecutorId id() {
        return env.id();
    }

    @Override
    public int slots() {
        return slots.size();
    }

    @Override
    public int ahead() {
        return AHEAD_OF_A_SLOT * slots.size();
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
        TaskRunner attempt = new TaskRunner(task, host);
        attempts.put(attempt.id(), attempt);
        try {
            if (!slots.execute(attempt)) {
                endUnrun(attempt);
            }
        } catch (RuntimeException | Error e) { // no thread to run it in, and none to be had
            end(attempt, attempt.notRun(new TaskOutcome.Failed(e)), gate);
        }
    }

    private void endUnrun(TaskRunner attempt) {
        attempt.kill(CLOSED, false);
        end(attempt, attempt.notRun(new TaskOutcome.Killed(CLOSED)), gate);
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        TaskRunner attempt = attempts.get(attemptId);
        if (attempt != null) {
            attempt.kill(reason, interrupt);
            if (slots.withdraw(attempt)) { // it would wait for a slot only to say that it was killed
                end(attempt, attempt.notRun(new TaskOutcome.Killed(reason)), gate);
            }
        }
    }

    @Override
    public void withdraw(long attemptId) {
        TaskRunner attempt = attempts.get(attemptId);
        if (attempt != null && slots.withdraw(attempt)) {
            end(attempt, new SchedulerEvent.AttemptWithdrawn(attemptId, id()), gate);
        }
    }

    @Override
    public void replaceSlot(long attemptId) {
        TaskRunner attempt = attempts.remove(attemptId); // from here on nobody hears of its end
        if (attempt == null) {
            return;
        }
        attempt.kill("its slot was given up", true);
        slots.replace(attempt)
                .ifPresent(thread -> logger().warn(
                                "{} on {} goes on although it was told to stop ({}). Its slot gets another thread;"
                                        + " \"{}\" leaves as soon as user code lets it, and is at:{}",
                                attempt.spec().describe(),
                                id(),
                                attempt.killReason().orElse(""),
                                thread.getName(),
                                SlotStopper.stackOf(thread)));
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        TaskRunner attempt = attempts.get(attemptId);
        if (attempt != null) {
            attempt.answerCommit(granted);
        }
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        env.shuffle().drop(shuffleId, mapPartition, attemptId);
    }

    @Override
    public void dropShuffle(int shuffleId) {
        env.shuffle().drop(shuffleId);
    }

    @Override
    public void dropBlocks(int rddId) {
        env.blocks().drop(rddId);
    }

    @Override
    public void dropBlock(BlockId block) {
        env.blocks().drop(block);
    }

    @Override
    public void dropBroadcast(long broadcastId) {
        env.attachments().dropBroadcast(broadcastId);
    }

    @Override
    public void endJob(int jobId) {
        env.memory().endJob(jobId);
    }

    @Override
    public ExecutorUsage usage() {
        return new ExecutorUsage(
                env.memory().usage(),
                env.attachments().disk(),
                env.blocks().blockCount(),
                env.shuffle().outputCount());
    }

    @Override
    public long diskBytes() {
        return env.attachments().disk().bytes();
    }

    @Override
    public BlockManager.CachedSize sizeOf(int rddId) {
        return env.blocks().sizeOf(rddId);
    }

    /**
     * {@inheritDoc}
     *
     * <p>May be called from one of its own slots, whose attempt is stopped like the others.
     */
    @Override
    public void abandon(String reason) {
        env.attachments().leaving();
        gate.shut();
        slots.shutDown().forEach(job -> {}); // what has not begun never will
        attempts.values().forEach(attempt -> attempt.kill(reason, true));
        attempts.clear();
        closeParts(env.attachments()::abandoned, new ArrayList<>());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Called from one of its own slots, it stops the others and does not wait for that one, which ends with its
     * attempt. Interrupting the caller does not cut the waiting short; the flag is set again on return.
     */
    @Override
    public List<String> close(Duration deadline) {
        env.attachments().leaving();
        SlotStopper stopper = new SlotStopper(slots, deadline);
        for (SlotPool.Job job : slots.shutDown()) {
            if (job instanceof TaskRunner attempt) {
                endUnrun(attempt);
            }
        }
        attempts.values().forEach(attempt -> attempt.kill(CLOSED, false));
        List<String> left = new ArrayList<>(stopper.stop());
        closeParts(env.attachments()::ended, left);
        return left;
    }

    private void closeParts(Runnable attachments, List<String> left) {
        close("shuffle", env.shuffle()::close, left);
        close("block manager", env.blocks()::close, left);
        close("environment", attachments, left);
    }

    private void close(String what, Runnable close, List<String> left) {
        try {
            close.run();
        } catch (RuntimeException | Error e) { // the rest is to be closed, too
            logger().warn("The {} of {} did not close cleanly", what, env.id(), e);
            left.add("the " + what + " of " + env.id() + " did not close cleanly: " + e);
        }
    }

    private boolean end(TaskRunner attempt, SchedulerEvent ended, Consumer<SchedulerEvent> tell) {
        if (!attempts.remove(attempt.id(), attempt)) {
            return false;
        }
        while (!isTold(ended, tell)) {
            LockSupport.parkNanos(BETWEEN_TRIES_NANOS);
            Thread.interrupted();
        }
        return true;
    }

    /** The scheduler waits for it: when there is no memory to tell it now, it is told when there is. */
    private boolean isTold(SchedulerEvent ended, Consumer<SchedulerEvent> tell) {
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
     * @param isolation writes what passes between it and the driver; null where they share objects
     * @param clock tells how long attempts take
     * @param faults steps in at the sites that attempts reach; null in earnest
     * @param attachments what its owner gives to attempts, told when it leaves and when it has ended
     */
    public record ExecutorEnv(
            ExecutorId id,
            int slots,
            MemoryManager memory,
            BlockManager blocks,
            ShuffleManager shuffle,
            ThreadFactory threads,
            @Nullable Serializer isolation,
            InstantSource clock,
            @Nullable FaultInjector faults,
            Attachments attachments) {

        /** What the owner of an executor attaches to it. Ends may be told more than once, whoever ends it. */
        public interface Attachments {

            /** Nothing. */
            Attachments NONE = new Attachments() {};

            /** Prepares the scope of an attempt before its work begins. */
            default void prepare(TaskScope scope) {}

            /** Drops the copy of a broadcast. */
            default void dropBroadcast(long broadcastId) {}

            /** Returns the classes that pipelines have for themselves. */
            default CodeCache code() {
                return CodeCache.NONE;
            }

            /** Returns what watches attempts; null where strict mode is off. */
            default @Nullable StrictMode strict() {
                return null;
            }

            /** Returns by which way large results go to the driver; null where all of them go with the news of an end. */
            default @Nullable ResultBlocks results() {
                return null;
            }

            /** Returns what lies on its local disk now. */
            default DiskUsage disk() {
                return DiskUsage.NONE;
            }

            /** It is about to end: nobody is to find anything there from now on. */
            default void leaving() {}

            /** It was given up, by one who must not wait. It is told that it has ended all the same, later. */
            default void abandoned() {}

            /** It has ended, but for threads that do not let go. */
            default void ended() {}
        }
    }

    private final class Host implements TaskRunner.Host {

        @Override
        public ExecutorId id() {
            return env.id();
        }

        @Override
        public TaskRun open(TaskRunner attempt) {
            return new TaskRun(attempt, env, boundary, inputVersions, gate);
        }

        @Override
        public void askCommit(long attemptId) {
            gate.accept(new SchedulerEvent.CommitAsked(attemptId, id()));
        }

        @Override
        public boolean ended(TaskRunner attempt, SchedulerEvent.AttemptEnded ended) {
            return end(attempt, ended, leave);
        }
    }

    @Override
    public String toString() {
        return id().toString();
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(InProcessExecutor.class);
    }
}
