package dev.favilla.shuffle;

import org.jspecify.annotations.Nullable;

/** Takes shuffled entries one at a time. */
@FunctionalInterface
public interface EntrySink {

    /** Takes one entry and returns whether more are wanted. */
    boolean push(@Nullable Object key, @Nullable Object value) throws Exception;
}
