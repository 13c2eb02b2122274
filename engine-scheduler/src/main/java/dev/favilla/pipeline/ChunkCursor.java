package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of a cached block that lie in arrays. */
final class ChunkCursor implements PipelineCursor {

    private List<@Nullable Object[]> chunks;
    private int chunk;

    /** The next record's place in its chunk. */
    private int next;

    ChunkCursor(List<@Nullable Object[]> chunks) {
        this.chunks = chunks;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        int left = max;
        while (left > 0 && chunk < chunks.size()) {
            @Nullable Object[] records = chunks.get(chunk);
            int from = next;
            int to = (int) Math.min(records.length, (long) from + left);
            next = to;
            if (to == records.length) {
                chunk++;
                next = 0;
            }
            left -= to - from;
            if (sink.pushAll(records, from, to) < to - from) {
                finish();
                return false;
            }
        }
        return chunk < chunks.size();
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public void finish() {
        chunks = List.of();
        chunk = 0;
    }

    @Override
    public void close() {
        finish();
    }
}
