package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.storage.BlockBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Adds every record of a partition to a block that is being cached, and passes it down.
 *
 * <p>A partition is cached whole: once downstream wants no more, the tee goes on asking for records until all are in
 * the block. When the block is refused, the tee wants what downstream wants.
 */
final class TeeSink extends Sink {

    private final LineageNode dataset;
    private final BlockBuilder block;
    private Sink downstream;
    private final TaskScope scope;
    private final @Nullable Copies copies;
    private boolean collecting = true;
    private boolean wanted = true;

    /** @param copies whether what makes the records may change them later */
    TeeSink(LineageNode dataset, BlockBuilder block, Sink downstream, TaskScope scope, boolean copies) {
        this.dataset = dataset;
        this.block = block;
        this.downstream = downstream;
        this.scope = scope;
        this.copies = copies ? new Copies(scope) : null;
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        if (collecting && !collect(record)) {
            collecting = false;
        }
        if (wanted && !downstream.push(record)) {
            wanted = false;
        }
        return collecting || wanted;
    }

    private boolean collect(@Nullable Object record) {
        try {
            return block.add(own(record));
        } catch (SerializationException e) {
            throw e.during("Caching the records of " + dataset + " as bytes");
        }
    }

    private @Nullable Object own(@Nullable Object record) {
        if (scope.lends()) { // the block outlives the attempt, and what the record refers to may not
            return RecordCopier.of(scope).isolate(record);
        }
        return copies == null ? record : copies.of(record);
    }

    /** Returns whether the block still takes records. */
    boolean isCollecting() {
        return collecting;
    }

    /** Says that downstream wants no more. */
    void collectOnly() {
        wanted = false;
    }

    @Override
    public boolean passOnTo(Sink other) {
        downstream = other;
        return true;
    }

    @Override
    public void end() throws Exception {
        if (collecting) {
            collecting = false;
            block.complete();
        }
        downstream.end();
    }
}
