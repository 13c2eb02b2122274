package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * Copies records that are kept while others are made, since what makes them may use one object for all. Those that cannot
 * change stay as they are, and so do those that cannot be copied, such as an open connection, unless one of them comes
 * again at once. Belongs to one attempt.
 */
final class Copies {

    private final TaskScope scope;
    private final Immutability.Checker immutable = new Immutability.Checker();

    /** The record that came last and could not be copied. */
    private @Nullable Object uncopied;

    Copies(TaskScope scope) {
        this.scope = scope;
    }

    /**
     * Returns what to keep of a record.
     *
     * @throws SerializationException if one that cannot be copied comes a second time
     */
    @Nullable
    Object of(@Nullable Object record) {
        if (record == null || immutable.check(record)) {
            return record;
        }
        try {
            return RecordCopier.of(scope).isolate(record);
        } catch (SerializationException e) {
            if (record == uncopied) {
                throw e.during("Copying a record that is kept while others are made");
            }
            uncopied = record;
            return record;
        }
    }
}
