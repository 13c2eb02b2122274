package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.dag.SimExecutor.Block;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The simulated executors and what runs on them: they come and go, and do what the machine says. */
final class SimWorkers {

    private static final int NAMES = 4;

    /** Made once: to describe an error takes longer than all that a simulated attempt does. */
    private static final TaskOutcome FAILED = new TaskOutcome.Failed(new IllegalArgumentException("bad record"));

    private final SimChance chance;
    private final SimPace pace;
    private final SimMail mail;
    private final SimReader reader;

    private final Map<ExecutorId, SimExecutor> executors = new LinkedHashMap<>();
    private final Map<Long, SimAttempt> byId = new HashMap<>();
    private final List<SimAttempt> running = new ArrayList<>();

    /** Attempts whose slots were given up. */
    private final List<SimAttempt> abandoned = new ArrayList<>();

    private int lossesLeft;
    private int drainsLeft;
    private long nextIncarnation;

    SimWorkers(SimChance chance, SimPace pace, SimMail mail, SplittableRandom nonces) {
        this.chance = chance;
        this.pace = pace;
        this.mail = mail;
        this.reader = new SimReader(executors, nonces, this::drop);
        this.lossesLeft = chance.faults().executorLosses();
        this.drainsLeft = chance.faults().drains();
    }

    // --- executors

    Collection<SimExecutor> executors() {
        return executors.values();
    }

    boolean isEmpty() {
        return executors.isEmpty();
    }

    void add() {
        add(SimExecutor.name(chance.below(NAMES)));
    }

    private void add(String name) {
        SimExecutor executor = open(name);
        mail.post(new SchedulerEvent.ExecutorAdded(executor.id, executor.slots, executor.ahead));
    }

    /** Adds an executor that nobody announces. */
    SimExecutor open(String name) {
        ExecutorId id = new ExecutorId(name, nextIncarnation++);
        SimExecutor executor = new SimExecutor(id, chance.between(1, 3), pace.ahead());
        executors.put(id, executor);
        return executor;
    }

    /** Gives an executor up with all that runs and lies there. */
    void abandon(ExecutorId id) {
        SimExecutor executor = executors.get(id);
        if (executor != null) {
            remove(executor);
        }
    }

    private @Nullable SimExecutor anyKnown() {
        if (executors.isEmpty()) {
            return null;
        }
        SimExecutor executor = chance.oneOf(List.copyOf(executors.values()));
        return mail.isUnannounced(executor.id) ? null : executor;
    }

    /** Lets executors vanish, or asks them to go. */
    void disturb() {
        if (lossesLeft > 0 && chance.happens(0.03)) {
            SimExecutor executor = anyKnown();
            if (executor != null) {
                lossesLeft--;
                lose(executor);
            }
        }
        if (drainsLeft > 0 && chance.happens(0.02)) {
            SimExecutor executor = anyKnown();
            if (executor != null) {
                drainsLeft--;
                mail.post(new SchedulerEvent.ExecutorDraining(executor.id));
            }
        }
        if (chance.happens(chance.faults().evict())) {
            evict();
        }
    }

    private void lose(SimExecutor executor) {
        remove(executor);
        mail.loseFrom(executor.id);
        mail.post(new SchedulerEvent.ExecutorLost(executor.id, "pulled the plug"));
        if (chance.oneIn(2)) {
            add(executor.id.name());
        }
    }

    private void remove(SimExecutor executor) {
        executors.remove(executor.id);
        running.removeIf(attempt -> attempt.executor == executor);
        abandoned.removeIf(attempt -> attempt.executor == executor);
        byId.values().removeIf(attempt -> attempt.executor == executor);
    }

    private void evict() {
        SimExecutor executor = anyKnown();
        if (executor != null && !executor.blocks.isEmpty()) {
            drop(executor, chance.oneOf(List.copyOf(executor.blocks.keySet())));
        }
    }

    private void drop(SimExecutor executor, BlockId block) {
        if (executor.blocks.remove(block) != null) {
            mail.post(new SchedulerEvent.BlockDropped(executor.id, block));
        }
    }

    // --- what the machine says

    void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            launch(launch.executor(), launch.task());
        } else if (command instanceof SchedulerCommand.Kill kill) {
            SimAttempt attempt = byId.get(kill.attemptId());
            if (attempt != null) {
                Instant now = chance.instant();
                attempt.kill(kill.reason(), kill.interrupt(), now, now.plusMillis(chance.between(500, 50_000)));
                if (waits(attempt)) {
                    finish(attempt, new TaskOutcome.Killed(kill.reason()));
                }
            }
        } else if (command instanceof SchedulerCommand.Withdraw withdraw) {
            withdraw(withdraw.attemptId());
        } else if (command instanceof SchedulerCommand.ReplaceSlot replace) {
            abandon(replace.attemptId());
        } else if (command instanceof SchedulerCommand.AnswerCommit answer) {
            answer(answer);
        } else if (command instanceof SchedulerCommand.ReleaseExecutor release) {
            SimExecutor executor = executors.get(release.executor());
            if (executor != null) {
                remove(executor);
            }
        } else {
            forget(command);
        }
    }

    private void launch(ExecutorId id, TaskSpec task) {
        SimExecutor executor = executors.get(id);
        if (executor != null) {
            double stubborn = chance.faults().stubborn();
            SimAttempt attempt = new SimAttempt(
                    task, executor, chance.instant(), chance.happens(stubborn), chance.happens(stubborn));
            running.add(attempt);
            byId.put(task.attemptId(), attempt);
        }
    }

    private void withdraw(long attemptId) {
        SimAttempt attempt = byId.get(attemptId);
        if (attempt != null && attempt.step == SimAttempt.Step.BEGIN) {
            running.remove(attempt);
            byId.remove(attemptId);
            mail.post(new SchedulerEvent.AttemptWithdrawn(attemptId, attempt.executor.id));
        }
    }

    /** Returns whether an attempt has no slot yet. */
    private boolean waits(SimAttempt attempt) {
        if (attempt.step != SimAttempt.Step.BEGIN || attempt.executor.ahead == 0) {
            return false;
        }
        int begun = 0;
        for (SimAttempt other : running) {
            if (other.executor == attempt.executor && other.step != SimAttempt.Step.BEGIN) {
                begun++;
            }
        }
        return begun >= attempt.executor.slots;
    }

    private void abandon(long attemptId) {
        SimAttempt attempt = byId.remove(attemptId);
        if (attempt != null) {
            running.remove(attempt);
            abandoned.add(attempt);
        }
    }

    private void answer(SchedulerCommand.AnswerCommit answer) {
        SimAttempt attempt = byId.get(answer.attemptId());
        if (attempt != null && attempt.step == SimAttempt.Step.WAIT) {
            attempt.granted = answer.granted();
            attempt.step = SimAttempt.Step.COMMIT;
            attempt.due = chance.instant();
        }
    }

    private void forget(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.DropMapOutput drop) {
            SimExecutor executor = executors.get(drop.executor());
            if (executor != null) {
                executor.outputs.remove(
                        new Registered(drop.shuffleId(), drop.mapPartition(), drop.attemptId(), drop.executor()));
            }
        } else if (command instanceof SchedulerCommand.DropShuffle drop) {
            for (SimExecutor executor : executors.values()) {
                executor.outputs.keySet().removeIf(output -> output.shuffle() == drop.shuffleId());
            }
        } else if (command instanceof SchedulerCommand.DropBlocks drop) {
            for (SimExecutor executor : executors.values()) {
                List.copyOf(executor.blocks.keySet()).stream()
                        .filter(block -> block.rddId() == drop.rddId())
                        .forEach(block -> drop(executor, block));
            }
            running.forEach(attempt -> attempt.drop(drop.rddId()));
        } else if (command instanceof SchedulerCommand.DropBlock drop) {
            SimExecutor executor = executors.get(drop.executor());
            if (executor != null) {
                executor.blocks.remove(drop.block());
            }
        }
    }

    // --- attempts

    boolean isIdle() {
        return running.isEmpty();
    }

    /** Returns when the next attempt has something to do; null if none will unless it is told something. */
    @Nullable
    Instant nextDue() {
        Instant next = null;
        for (SimAttempt attempt : running) {
            if (attempt.step != SimAttempt.Step.WAIT
                    && (next == null || attempt.due.isBefore(next))
                    && !waits(attempt)) {
                next = attempt.due;
            }
        }
        return next;
    }

    /** Lets one attempt go on whose time has come; returns whether there was one. */
    boolean proceed() {
        if (!abandoned.isEmpty() && chance.oneIn(10)) {
            SimAttempt late = abandoned.remove(abandoned.size() - 1);
            end(late, new TaskOutcome.Success("too late", 0, List.of(), List.of()));
        }
        if (running.isEmpty()) {
            return false;
        }
        int start = chance.below(running.size());
        for (int i = 0; i < running.size(); i++) {
            SimAttempt attempt = running.get((start + i) % running.size());
            if (!attempt.due.isAfter(chance.instant()) && !waits(attempt)) {
                proceed(attempt);
                return true;
            }
        }
        return false;
    }

    private void proceed(SimAttempt attempt) {
        if (attempt.step == SimAttempt.Step.BEGIN) {
            if (attempt.killed() == null || chance.oneIn(2)) {
                begin(attempt);
                return;
            }
            finish(attempt, new TaskOutcome.Killed(String.valueOf(attempt.killed())));
        } else if (attempt.killed() != null && chance.below(3) > 0) {
            finish(attempt, new TaskOutcome.Killed(String.valueOf(attempt.killed())));
        } else if (attempt.step == SimAttempt.Step.COMMIT && !attempt.granted) {
            finish(attempt, new TaskOutcome.CommitDenied("another attempt may"));
        } else if (chance.happens(chance.faults().failure())) {
            finish(attempt, FAILED);
        } else if (attempt.step == SimAttempt.Step.END && asksToCommit(attempt)) {
            attempt.step = SimAttempt.Step.WAIT;
            attempt.due = Instant.MAX;
            mail.post(new SchedulerEvent.CommitAsked(attempt.task.attemptId(), attempt.executor.id));
        } else {
            finish(attempt, outcome(attempt));
        }
    }

    private void begin(SimAttempt attempt) {
        SimNode target = target(attempt.task);
        if (target != null) {
            reader.run(attempt, target);
            attempt.made
                    .keySet()
                    .removeIf(block -> chance.happens(chance.faults().refusal()));
        }
        attempt.step = SimAttempt.Step.END;
        boolean slow = chance.happens(chance.faults().slow());
        attempt.due = chance.instant().plusMillis(slow ? chance.between(30, 3000) : 0);
        mail.post(new SchedulerEvent.AttemptStarted(attempt.task.attemptId(), attempt.executor.id, 0));
    }

    private static @Nullable SimNode target(TaskSpec task) {
        if (task.work() instanceof TaskWork.WriteShuffle write) {
            return (SimNode) write.dependency().parent();
        }
        return task.work() instanceof TaskWork.RunAction run ? (SimNode) run.target() : null;
    }

    private static boolean asksToCommit(SimAttempt attempt) {
        return attempt.computed() != null
                && attempt.task.work() instanceof TaskWork.RunAction run
                && ((SimAction) run.action()).commits();
    }

    private void finish(SimAttempt attempt, TaskOutcome outcome) {
        running.remove(attempt);
        byId.remove(attempt.task.attemptId());
        end(attempt, outcome);
    }

    private void end(SimAttempt attempt, TaskOutcome outcome) {
        mail.post(new SchedulerEvent.AttemptEnded(
                attempt.task.attemptId(), attempt.executor.id, outcome, pace.metrics()));
    }

    private TaskOutcome outcome(SimAttempt attempt) {
        TaskSpec task = attempt.task;
        if (task.work() instanceof TaskWork.MergeResults merge) {
            return new TaskOutcome.Success(merge.staged(), 0, List.of(), List.of());
        }
        if (chance.happens(chance.faults().damage())) {
            TaskOutcome damaged = damage(task);
            if (damaged != null) {
                return damaged;
            }
        }
        TaskOutcome lost = attempt.lost();
        SimValue value = attempt.computed();
        if (lost != null || value == null) {
            return lost == null ? new TaskOutcome.Killed("computed nothing") : lost;
        }
        return leave(attempt, value);
    }

    private @Nullable TaskOutcome damage(TaskSpec task) {
        List<TaskOutcome> candidates = new ArrayList<>();
        for (MapOutputs inputs : new TreeMap<>(task.inputs()).values()) { // in the same order in every run
            inputs.outputs()
                    .forEach(output -> candidates.add(new TaskOutcome.FetchFailed(
                            inputs.shuffleId(), output.mapPartition(), output.attemptId(), "output is damaged")));
        }
        return candidates.isEmpty() ? null : chance.oneOf(candidates);
    }

    /** Makes visible what the attempt computed. */
    private TaskOutcome leave(SimAttempt attempt, SimValue value) {
        TaskSpec task = attempt.task;
        SimExecutor executor = attempt.executor;
        List<PublishedBlock> used = new ArrayList<>();
        attempt.found.forEach((id, block) -> used.add(summary(id, block)));
        List<PublishedBlock> blocks = publish(attempt, used);
        if (!(task.work() instanceof TaskWork.WriteShuffle write)) {
            AccumulatorUpdate update = new AccumulatorUpdate(task.jobId(), task.partition());
            return new TaskOutcome.Success(value, chance.below(40), List.of(update), blocks, used);
        }
        int shuffle = write.dependency().shuffleId();
        executor.outputs.put(new Registered(shuffle, task.partition(), task.attemptId(), executor.id), value);
        long[] sizes = new long[write.dependency().spec().numReducers()];
        for (int reducer = 0; reducer < sizes.length; reducer++) {
            sizes[reducer] = (value.hash() >>> reducer) & 31;
        }
        MapOutput left =
                new MapOutput(task.partition(), task.attemptId(), executor.id, 1, value.hash(), BlockSizes.of(sizes));
        return new TaskOutcome.Success(left, 0, List.of(), blocks, used);
    }

    private List<PublishedBlock> publish(SimAttempt attempt, List<PublishedBlock> used) {
        List<PublishedBlock> published = new ArrayList<>();
        for (Map.Entry<BlockId, Block> made : attempt.toPublish()) {
            BlockId id = made.getKey();
            Block block = made.getValue();
            block.value().keep();
            Block visible = attempt.executor.blocks.get(id);
            if (visible == null || visible.inputVersion() != block.inputVersion()) {
                attempt.executor.blocks.put(id, block);
                published.add(summary(id, block));
            } else {
                used.add(summary(id, block));
            }
        }
        return published;
    }

    private static PublishedBlock summary(BlockId id, Block block) {
        return new PublishedBlock(id, block.inputVersion(), 1, block.value().hash());
    }
}
