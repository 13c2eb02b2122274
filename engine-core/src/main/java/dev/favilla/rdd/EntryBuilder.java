package dev.favilla.rdd;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes a record of a key and a value. Stateless. */
@FunctionalInterface
public interface EntryBuilder extends Serializable {

    @Nullable
    Object record(@Nullable Object key, @Nullable Object value);
}
