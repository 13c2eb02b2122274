package dev.favilla.lineage;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Says what of a record is the key that a shuffle places it by, and what the value. Stateless. */
public interface EntryExtractor extends Serializable {

    @Nullable
    Object key(@Nullable Object record);

    @Nullable
    Object value(@Nullable Object record);
}
