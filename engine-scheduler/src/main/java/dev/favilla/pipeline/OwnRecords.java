package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Sink;
import org.jspecify.annotations.Nullable;

/** Passes {@linkplain Copies records that may be kept} on to who keeps them. */
final class OwnRecords extends Sink {

    private final Sink keeper;
    private final Copies copies;

    OwnRecords(Sink keeper, TaskScope scope) {
        this.keeper = keeper;
        this.copies = new Copies(scope);
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        return keeper.push(copies.of(record));
    }
}
