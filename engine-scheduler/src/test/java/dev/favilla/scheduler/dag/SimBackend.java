package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A simulated executor, as turns see it. */
final class SimBackend implements ExecutorBackend {

    private final SimExecutor executor;
    private final Consumer<SchedulerCommand> perform;
    private final Consumer<ExecutorId> abandon;

    /**
     * @param perform does what is to be done; may throw
     * @param abandon gives it up
     */
    SimBackend(SimExecutor executor, Consumer<SchedulerCommand> perform, Consumer<ExecutorId> abandon) {
        this.executor = executor;
        this.perform = perform;
        this.abandon = abandon;
    }

    @Override
    public ExecutorId id() {
        return executor.id;
    }

    @Override
    public int slots() {
        return executor.slots;
    }

    @Override
    public void launch(TaskSpec task) {
        perform.accept(new SchedulerCommand.Launch(id(), task));
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        perform.accept(new SchedulerCommand.Kill(id(), attemptId, reason, interrupt));
    }

    @Override
    public int ahead() {
        return executor.ahead;
    }

    @Override
    public void withdraw(long attemptId) {
        perform.accept(new SchedulerCommand.Withdraw(id(), attemptId));
    }

    @Override
    public void replaceSlot(long attemptId) {
        perform.accept(new SchedulerCommand.ReplaceSlot(id(), attemptId));
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        perform.accept(new SchedulerCommand.AnswerCommit(id(), attemptId, granted));
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        perform.accept(new SchedulerCommand.DropMapOutput(id(), shuffleId, mapPartition, attemptId));
    }

    @Override
    public void dropShuffle(int shuffleId) {
        perform.accept(new SchedulerCommand.DropShuffle(shuffleId)); // everywhere, and again for each
    }

    @Override
    public void dropBlocks(int rddId) {
        perform.accept(new SchedulerCommand.DropBlocks(rddId)); // likewise
    }

    @Override
    public void dropBlock(BlockId block) {
        perform.accept(new SchedulerCommand.DropBlock(id(), block));
    }

    @Override
    public void dropBroadcast(long broadcastId) {}

    @Override
    public void endJob(int jobId) {}

    @Override
    public ExecutorUsage usage() {
        return ExecutorUsage.NONE;
    }

    @Override
    public BlockManager.CachedSize sizeOf(int rddId) {
        return BlockManager.CachedSize.NONE;
    }

    @Override
    public void abandon(String reason) {
        abandon.accept(id());
    }

    @Override
    public List<String> close(Duration deadline) {
        return List.of();
    }
}
