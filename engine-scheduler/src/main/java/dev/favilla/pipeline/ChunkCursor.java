package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import dev.favilla.storage.RecordChunk;
import java.util.List;

/** The records of a cached block that lie in arrays. */
final class ChunkCursor implements PipelineCursor {

    private List<RecordChunk> chunks;
    private int chunk;

    /** The next record's place in its chunk. */
    private int next;

    ChunkCursor(List<RecordChunk> chunks) {
        this.chunks = chunks;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        int left = max;
        while (left > 0 && chunk < chunks.size()) {
            RecordChunk records = chunks.get(chunk);
            int from = next;
            int to = (int) Math.min(records.size(), (long) from + left);
            next = to;
            if (to == records.size()) {
                chunk++;
                next = 0;
            }
            left -= to - from;
            if (push(records, from, to, sink) < to - from) {
                finish();
                return false;
            }
        }
        return chunk < chunks.size();
    }

    private static int push(RecordChunk records, int from, int to, Sink sink) throws Exception {
        return records instanceof RecordChunk.Numbers numbers
                ? sink.pushNumbers(numbers.kind(), numbers.bits(), from, to)
                : sink.pushAll(((RecordChunk.References) records).records(), from, to);
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
