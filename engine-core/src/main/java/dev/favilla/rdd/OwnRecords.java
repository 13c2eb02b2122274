package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.LineageNode;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import org.jspecify.annotations.Nullable;

/** Makes what an operator holds on to its own: a source may use one object for many records. */
final class OwnRecords {

    private final LineageNode holder;
    private final RecordCopier copier;

    OwnRecords(LineageNode holder, TaskScope scope) {
        this.holder = holder;
        this.copier = RecordCopier.of(scope);
    }

    /** Returns {@code held} if nobody can change it, else a copy. */
    @Nullable
    Object of(@Nullable Object held) {
        try {
            return copier.isolate(held);
        } catch (SerializationException e) {
            throw e.during("Copying what " + holder + " holds");
        }
    }
}
