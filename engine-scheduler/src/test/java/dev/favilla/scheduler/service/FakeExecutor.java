package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import java.time.Duration;
import java.util.List;

/** Runs nothing, and writes down what it is asked for. */
class FakeExecutor implements ExecutorBackend {

    private final ExecutorId id;
    private final List<String> performed;

    FakeExecutor(ExecutorId id, List<String> performed) {
        this.id = id;
        this.performed = performed;
    }

    @Override
    public ExecutorId id() {
        return id;
    }

    @Override
    public int slots() {
        return 3;
    }

    @Override
    public void launch(TaskSpec task) {
        performed.add("launch " + task.attemptId());
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        performed.add((interrupt ? "interrupt " : "kill ") + attemptId + " " + reason);
    }

    @Override
    public void replaceSlot(long attemptId) {
        performed.add("replace slot of " + attemptId);
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        performed.add("commit " + attemptId + " " + granted);
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        performed.add("drop output " + shuffleId + " " + mapPartition + " " + attemptId);
    }

    @Override
    public void dropShuffle(int shuffleId) {
        performed.add("drop shuffle " + shuffleId);
    }

    @Override
    public void dropBlocks(int rddId) {
        performed.add("drop blocks " + rddId);
    }

    @Override
    public void dropBlock(BlockId block) {
        performed.add("drop " + block);
    }

    @Override
    public void dropBroadcast(long broadcastId) {
        performed.add("drop broadcast " + broadcastId);
    }

    @Override
    public void endJob(int jobId) {
        performed.add("end job " + jobId);
    }

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
        performed.add("abandon " + reason);
    }

    @Override
    public List<String> close(Duration deadline) {
        performed.add("close");
        return List.of();
    }
}
