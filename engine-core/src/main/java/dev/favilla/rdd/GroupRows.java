package dev.favilla.rdd;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a record of a key and its values in each of several datasets. Stateless; supplied by the API. */
@FunctionalInterface
public interface GroupRows extends Serializable {

    @Nullable
    Object record(@Nullable Object key, List<? extends Iterable<@Nullable Object>> values);
}
