package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/**
 * The map output of one task: written, combined and spilled by our own writer, and then handed to Spark's, block by block,
 * one reducer after the other. Given back with the task. Belongs to the task's thread.
 */
final class MapSide implements Iterator<Object> {

    private final ShuffleDependency shuffle;
    private final TaskContext context;
    private final RemoteExecutor executor;
    private final HashShuffleManager shuffles;
    private final Deque<Object> ready = new ArrayDeque<>();
    private int next;

    MapSide(ShuffleDependency shuffle, TaskContext context, RemoteExecutor executor) {
        this.shuffle = shuffle;
        this.context = context;
        this.executor = executor;
        this.shuffles = ShuffledBySpark.own(executor, BlockTransfer.NONE);
        context.addTaskCompletionListener((TaskCompletionListener) ended -> shuffles.close());
    }

    ShuffleWriter writer(TaskScope scope) {
        return shuffles.writer(shuffle.spec(), context.partitionId(), scope);
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && next < shuffle.spec().numReducers()) {
            try {
                fill(next++);
            } catch (RuntimeException | Error e) { // a record may turn out not to be writable only now
                throw RemoteTaskException.of(e, context);
            }
        }
        return !ready.isEmpty();
    }

    private void fill(int reducer) {
        int map = context.partitionId();
        List<EncodedBlock> blocks = shuffles.export(shuffle.shuffleId(), map, context.taskAttemptId(), reducer)
                .orElseThrow(() -> new IllegalStateException(
                        "The map output of partition " + map + " was dropped before Spark had it, to make room"));
        int part = 0;
        for (EncodedBlock block : blocks) {
            BlockBytes bytes = new BlockBytes.Block(block.header().recordCount(), block.frame());
            ready.add(new Tuple2<Object, Object>(new BlockKey(reducer, map, part++), bytes));
        }
        if (part > 0) {
            BlockBytes head = new BlockBytes.Head(context.taskAttemptId(), Parcel.ofBytes(new byte[0], executor));
            ready.addFirst(new Tuple2<Object, Object>(new BlockKey(reducer, map, BlockKey.HEAD), head));
        }
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No more blocks: hasNext() is false.");
        }
        return ready.remove();
    }
}
