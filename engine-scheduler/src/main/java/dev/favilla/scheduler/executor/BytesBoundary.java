package dev.favilla.scheduler.executor;

import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SerializedValue;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.MapOutput;
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

    private final Serializer serializer;
    private final LineageCopies copies = new LineageCopies();

    /** @param serializer the context's serializer of records */
    BytesBoundary(Serializer serializer) {
        this.serializer = serializer;
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
    public TaskOutcome leave(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Failed failed) {
            return new TaskOutcome.Failed(failed.error().asBytes());
        }
        if (outcome instanceof TaskOutcome.Success success) {
            return leave(success);
        }
        return outcome;
    }

    private TaskOutcome leave(TaskOutcome.Success success) {
        try {
            List<AccumulatorUpdate> updates =
                    success.updates().stream().map(this::encoded).toList();
            Object result = success.result();
            if (result == null || result instanceof MapOutput) {
                return new TaskOutcome.Success(
                        result, success.resultBytes(), updates, success.cached(), success.used());
            }
            SerializedValue encoded = encode(result, "Sending the result of a task to the driver");
            return new TaskOutcome.Success(encoded, encoded.size(), updates, success.cached(), success.used());
        } catch (Throwable t) { // the user's objects are written by user code; the attempt must end all the same
            return leave(new TaskOutcome.Failed(t));
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
