package dev.favilla.scheduler.executor;

import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskScope;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.storage.BlockStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor in this JVM: a fixed number of slots, each a thread that runs one attempt at a time, around a memory
 * manager, a block store and a shuffle of its own.
 *
 * <p><b>Threads.</b> All methods may be called from any thread and return at once, but for {@link #close}. A slot's
 * thread is started when first needed. Events are posted from slots, and for attempts that never ran also from the
 * thread that launches or closes.
 *
 * <p><b>Stopping an attempt.</b> {@link #kill} raises a flag that pipelines look at for every record that enters or
 * leaves a run of operators. A killed attempt's thread is not interrupted unless the executor closes: an interrupt could
 * hit code of others that shares a channel or a lock with it.
 *
 * <p><b>Failures.</b> An attempt that throws anything, or runs out of memory, is reported as failed and its slot goes
 * on. If no thread can be started at all, the attempt fails with the reason.
 */
public final class InProcessExecutor implements ExecutorBackend {

    private static final String CLOSED = "the context was closed";

    private final ExecutorId id;
    private final SlotPool slots;
    private final TaskRunner runner;
    private final BlockStore blocks;
    private final ShuffleManager shuffle;
    private final Consumer<SchedulerEvent> post;

    /** Launched and not ended, by attempt id. */
    private final Map<Long, Attempt> attempts = new ConcurrentHashMap<>();

    /**
     * Takes over {@code blocks} and {@code shuffle}: they are closed with the executor.
     *
     * @param id names this life of the executor
     * @param slots how many attempts run at once, at least 1
     * @param memory the executor's budget
     * @param blocks its cached partitions
     * @param shuffle its map outputs
     * @param post where events go; must neither block nor throw
     * @param threads makes the slots' threads
     * @param scopeInitializer prepares the scope of each attempt before its work begins
     * @throws IllegalArgumentException if {@code slots < 1}
     */
    public InProcessExecutor(
            ExecutorId id,
            int slots,
            MemoryManager memory,
            BlockStore blocks,
            ShuffleManager shuffle,
            Consumer<SchedulerEvent> post,
            ThreadFactory threads,
            Consumer<TaskScope> scopeInitializer) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be >= 1, got " + slots);
        }
        this.id = id;
        this.slots = new SlotPool(slots, threads);
        this.runner = new TaskRunner(id, memory, blocks, shuffle, post, scopeInitializer);
        this.blocks = blocks;
        this.shuffle = shuffle;
        this.post = post;
    }

    @Override
    public ExecutorId id() {
        return id;
    }

    @Override
    public int slots() {
        return slots.size();
    }

    @Override
    public void launch(TaskSpec task) {
        Attempt attempt = new Attempt(task);
        attempts.put(task.attemptId(), attempt);
        try {
            if (!slots.execute(new Run(attempt))) {
                attempt.kill(CLOSED);
                end(attempt, runner.notRun(attempt, new TaskOutcome.Killed(CLOSED)));
            }
        } catch (RuntimeException | Error e) { // no thread to run it in, and none to be had
            end(attempt, runner.notRun(attempt, new TaskOutcome.Failed(e)));
        }
    }

    @Override
    public void kill(long attemptId, String reason) {
        Attempt attempt = attempts.get(attemptId);
        if (attempt != null) {
            attempt.kill(reason);
        }
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        shuffle.drop(shuffleId, mapPartition, attemptId);
    }

    @Override
    public void dropShuffle(int shuffleId) {
        shuffle.drop(shuffleId);
    }

    @Override
    public void dropBlocks(int rddId) {
        blocks.drop(rddId);
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
                run.attempt().kill(CLOSED);
                end(run.attempt(), runner.notRun(run.attempt(), new TaskOutcome.Killed(CLOSED)));
            }
        }
        attempts.values().forEach(attempt -> attempt.kill(CLOSED));
        List<String> left = new ArrayList<>(stopper.stop());
        close("shuffle", shuffle::close, left);
        close("block store", blocks::close, left);
        return left;
    }

    private void close(String what, Runnable close, List<String> left) {
        try {
            close.run();
        } catch (RuntimeException | Error e) { // the rest is to be closed, too
            logger().warn("The {} of {} did not close cleanly", what, id, e);
            left.add("the " + what + " of " + id + " did not close cleanly: " + e);
        }
    }

    private void end(Attempt attempt, SchedulerEvent.AttemptEnded ended) {
        attempts.remove(attempt.spec().attemptId());
        post.accept(ended);
    }

    private final class Run implements SlotPool.Job {

        private final Attempt attempt;

        Run(Attempt attempt) {
            this.attempt = attempt;
        }

        Attempt attempt() {
            return attempt;
        }

        @Override
        public void run(int slot) {
            SchedulerEvent.AttemptEnded ended;
            try {
                ended = runner.run(attempt, slot);
            } catch (Throwable t) { // memory ran out while the end was put into words; the job must hear of it still
                ended = runner.notRun(attempt, new TaskOutcome.Failed(t));
            }
            Thread.interrupted(); // what was meant for the attempt must not hit whoever handles its end
            end(attempt, ended);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(InProcessExecutor.class);
    }
}
