package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Sink;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * Passes records on to who keeps them while others are made: as they are where they cannot change, else as copies, since
 * what makes them may use one object for all.
 */
final class OwnRecords extends Sink {

    private final Sink keeper;
    private final TaskScope scope;
    private final Immutability.Checker immutable = new Immutability.Checker();

    OwnRecords(Sink keeper, TaskScope scope) {
        this.keeper = keeper;
        this.scope = scope;
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        return keeper.push(record == null || immutable.check(record) ? record : copy(record));
    }

    private @Nullable Object copy(Object record) {
        try {
            return RecordCopier.of(scope).isolate(record);
        } catch (SerializationException e) {
            throw e.during("Copying a record that is kept while others are made");
        }
    }
}
