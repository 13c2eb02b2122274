package dev.favilla.lineage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait to be pushed, in bounded steps. Between two steps an attempt looks at its kill flag and its memory.
 * Used by one attempt on its thread.
 */
public interface Cursor extends AutoCloseable {

    /** The largest step between two looks at the kill flag and the memory. */
    int LARGEST_STEP = 4096;

    /**
     * Pushes up to about {@code max} records into {@code sink}.
     *
     * @return whether there may be more; false once the records are exhausted or the sink wants no more. A cursor never
     *     calls {@link Sink#end}
     */
    boolean drive(Sink sink, int max) throws Exception;

    /** Pushes all records into {@code sink}, or as many as it wants, in steps. Does not end the sink. */
    default void drain(Sink sink) throws Exception {
        boolean more = true;
        while (more) {
            more = drive(sink, LARGEST_STEP);
        }
    }

    /** The same, with a look at the attempt's kill flag between two steps. */
    default void drain(Sink sink, TaskScope scope) throws Exception {
        while (drive(sink, LARGEST_STEP)) {
            scope.checkKilled();
        }
    }

    /** Returns how to make another cursor that goes on from here in this one's place, between two steps; null if none can. */
    default @Nullable ClassRecipe recipe() {
        return null;
    }

    /** Gives back what is held, such as an open file. Closing twice is harmless. */
    @Override
    default void close() {}
}
