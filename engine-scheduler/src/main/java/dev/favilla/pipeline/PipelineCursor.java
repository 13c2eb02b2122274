package dev.favilla.pipeline;

import dev.favilla.lineage.Cursor;

/**
 * A cursor of an assembled pipeline. Unlike a cursor of a plan it knows whether partitions below it are being cached,
 * and completes them although nobody wants more of its records.
 */
interface PipelineCursor extends Cursor {

    /**
     * Says that no more records are wanted: ends the operators, and computes the rest of those partitions that are being
     * cached, for a partition is cached whole or not at all. Finishing twice is harmless.
     */
    void finish() throws Exception;

    /** Returns whether more than one record may be pushed where one is asked for. */
    boolean multiplies();

    /** Returns whether an object that was pushed may be changed and pushed again for another record. */
    boolean mayReuse();

    /** Gives back what is held and abandons what is being cached. Closing twice is harmless. */
    @Override
    void close();

    /** Has {@code other} go on in the place of the cursor that {@link #recipe} told of. */
    default void goOnWith(Cursor other) {
        throw new IllegalStateException("This cursor has no recipe: a bug in Favilla");
    }
}
