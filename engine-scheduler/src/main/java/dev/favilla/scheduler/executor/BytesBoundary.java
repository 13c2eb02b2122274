package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.Bytes;
import dev.favilla.scheduler.SerializedValue;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ResultBlocks;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For an executor that shares no object with the driver: what comes in and goes out passes as bytes.
 *
 * <p>Tasks of one stage attempt share one copy of their lineage and action, as they share the originals elsewhere; what
 * belongs to an attempt is copied for it when it runs. Map outputs, block names and the like are data of the engine that
 * nobody can change, and pass as they are.
 *
 * <p><b>Threads.</b> May be used by any number of slots at once. User code that writes and reads the user's objects runs
 * in the slot that calls.
 */
final class BytesBoundary implements Boundary {

    /** A result from here on is a block of its own, which the driver fetches. */
    static final int LARGE_RESULT_BYTES = 1 << 20;

    private final Serializer serializer;
    private final @Nullable ResultBlocks results;
    private final LineageCopies copies = new LineageCopies();

    /**
     * @param serializer the context's serializer of records
     * @param results how large results go to the driver; null if none does
     */
    BytesBoundary(Serializer serializer, @Nullable ResultBlocks results) {
        this.serializer = serializer;
        this.results = results;
    }

    @Override
    public TaskSpec enter(TaskSpec task) throws Exception {
        return task.withWork(enter(task.work()));
    }

    private TaskWork enter(TaskWork work) throws Exception {
        if (work instanceof TaskWork.WriteShuffle write) {
            LineageBinary binary = write.dependency().binary(serializer);
            return new TaskWork.WriteShuffle(
                    (ShuffleDependency) copies.of(binary).work());
        }
        if (work instanceof TaskWork.RunAction run) {
            LineageBinary.Content copy = copies.of(written(run.binary(), run.action()));
            return new TaskWork.RunAction(copy.target(), (Action) copy.work(), null);
        }
        if (work instanceof TaskWork.MergeResults merge) {
            LineageBinary.Content copy = copies.of(written(merge.binary(), merge.action()));
            List<@Nullable Object> staged = new ArrayList<>(merge.staged().size());
            for (Object result : merge.staged()) {
                staged.add(SerializedValue.plain(result, serializer));
            }
            return new TaskWork.MergeResults((Action) copy.work(), staged, null);
        }
        throw new IllegalStateException("Nobody knows how to send " + work);
    }

    private static LineageBinary written(@Nullable LineageBinary binary, Action action) {
        if (binary == null) {
            throw new IllegalStateException("A task of " + action.name()
                    + " was sent to an isolated executor without its bytes. This is a bug of the engine.");
        }
        return binary;
    }

    @Override
    public TaskOutcome leave(TaskOutcome outcome, TaskScope scope) {
        if (outcome instanceof TaskOutcome.Failed failed) {
            return new TaskOutcome.Failed(failed.error().asBytes());
        }
        if (outcome instanceof TaskOutcome.Success success) {
            return leave(success, scope);
        }
        return outcome;
    }

    private TaskOutcome leave(TaskOutcome.Success success, TaskScope scope) {
        try {
            List<AccumulatorUpdate> updates =
                    success.updates().stream().map(this::encoded).toList();
            Object result = success.result();
            if (result == null || result instanceof MapOutput) {
                return new TaskOutcome.Success(
                        result, success.resultBytes(), updates, success.cached(), success.used());
            }
            SerializedValue encoded = sent(encode(result, "Sending the result of a task to the driver"), scope);
            return new TaskOutcome.Success(encoded, encoded.size(), updates, success.cached(), success.used());
        } catch (Throwable t) { // the user's objects are written by user code; the attempt must end all the same
            return leave(new TaskOutcome.Failed(t), scope);
        }
    }

    /** Returns a result as the driver gets it. */
    private SerializedValue sent(SerializedValue result, TaskScope scope) throws Exception {
        if (results == null || result.size() < LARGE_RESULT_BYTES) {
            return result;
        }
        try {
            return result.over(bytes -> results.send(scope.attemptId(), bytes, scope.faults()));
        } catch (BlockTransferException | DamagedBlockException e) {
            throw new IllegalStateException(
                    "The result of " + scope.owner() + ", " + Bytes.format(result.size())
                            + ", was lost on its way to the driver: " + e.getMessage() + ".",
                    e);
        }
    }

    private AccumulatorUpdate encoded(AccumulatorUpdate update) {
        SerializedValue partial = encode(
                update.partial(), "Sending what was added to accumulator " + update.accumulatorId() + " to the driver");
        return new AccumulatorUpdate(update.accumulatorId(), partial);
    }

    private SerializedValue encode(Object value, String doing) {
        try {
            return SerializedValue.of(value, serializer);
        } catch (SerializationException e) {
            throw e.during(doing);
        }
    }
}
