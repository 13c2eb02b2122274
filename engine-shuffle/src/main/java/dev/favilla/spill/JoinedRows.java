package dev.favilla.spill;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Takes what a {@link HashJoin} finds, in its order. The iterators can be read until the method returns. */
public interface JoinedRows {

    /**
     * Takes a left record with the right ones of its key.
     *
     * @param rights in their order; none if the record is alone, or if only keys are looked at
     * @return whether more are wanted
     */
    boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights) throws Exception;

    /**
     * Takes the right records of a key that no left record has met.
     *
     * @return whether more are wanted
     */
    boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) throws Exception;
}
