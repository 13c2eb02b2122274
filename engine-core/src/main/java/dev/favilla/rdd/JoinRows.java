package dev.favilla.rdd;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes the records of a join. Stateless; supplied by the API. */
public interface JoinRows extends Serializable {

    /** Makes a record of two that have met. */
    @Nullable
    Object both(@Nullable Object key, @Nullable Object left, @Nullable Object right);

    /** Makes a record of a left one that is alone, or whose partner is not looked at. */
    @Nullable
    Object leftOnly(@Nullable Object key, @Nullable Object left);

    /** Makes a record of a right one that is alone. */
    @Nullable
    Object rightOnly(@Nullable Object key, @Nullable Object right);

    /** Returns whether what is made still carries the key that it was placed by. */
    boolean keepsKeys();
}
