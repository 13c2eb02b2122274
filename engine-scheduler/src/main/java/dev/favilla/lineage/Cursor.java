package dev.favilla.lineage;

/**
 * Records that wait to be pushed, in bounded steps. Between two steps an attempt looks at its kill flag and its memory.
 * Used by one attempt on its thread.
 */
public interface Cursor extends AutoCloseable {

    /**
     * Pushes up to about {@code max} records into {@code sink}.
     *
     * @return whether there may be more; false once the records are exhausted or the sink wants no more. A cursor never
     *     calls {@link Sink#end}
     */
    boolean drive(Sink sink, int max) throws Exception;

    /** Gives back what is held, such as an open file. Closing twice is harmless. */
    @Override
    default void close() {}
}
