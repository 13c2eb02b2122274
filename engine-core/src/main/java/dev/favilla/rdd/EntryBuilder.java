package dev.favilla.rdd;

import org.jspecify.annotations.Nullable;

/** Makes a record of a key and a value. Stateless. */
@FunctionalInterface
public interface EntryBuilder {

    @Nullable
    Object record(@Nullable Object key, @Nullable Object value);
}
