package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.spi.RemoteExecutor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records of a partition in chunks, computed as they are asked for. Belongs to the task's thread. */
final class ChunkIterator implements Iterator<Object> {

    private final Pipelines pipelines;
    private final LineageNode node;
    private final int partition;
    private final RemoteExecutor.Recipe recipe;

    /** Null before the first chunk is asked for: to open a partition may be to compute much. */
    private @Nullable Cursor records;

    private boolean more = true;
    private List<@Nullable Object> next = new ArrayList<>();

    ChunkIterator(Pipelines pipelines, LineageNode node, int partition, RemoteExecutor.Recipe recipe) {
        this.pipelines = pipelines;
        this.node = node;
        this.partition = partition;
        this.recipe = recipe;
    }

    @Override
    public boolean hasNext() {
        while (next.isEmpty() && more) {
            try {
                fill();
            } catch (Exception e) {
                throw unchecked(e);
            }
        }
        return !next.isEmpty();
    }

    private void fill() throws Exception {
        Cursor open = records;
        if (open == null) {
            open = pipelines.openFor(new Keeping(), node, partition);
            records = open;
        }
        more = open.drive(
                new Sink() {
                    @Override
                    public boolean push(@Nullable Object record) {
                        next.add(record);
                        return true;
                    }
                },
                Chunk.MOST_RECORDS);
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No more chunks: hasNext() is false.");
        }
        Chunk chunk = Chunk.of(next, recipe);
        next = new ArrayList<>(Chunk.MOST_RECORDS);
        return chunk;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // what is thrown stays as it is
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** Has records copied that what makes them may change: the cache keeps them. */
    private record Keeping() implements Action {

        @Override
        public String name() {
            return "cache";
        }

        @Override
        public boolean keepsRecords() {
            return true;
        }

        @Override
        public @Nullable Object run(Cursor input, TaskScope scope) {
            throw new IllegalStateException("a cached partition is computed chunk by chunk: a bug in Favilla");
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            return null;
        }
    }
}
