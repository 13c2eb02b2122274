package dev.favilla.shuffle;

import dev.favilla.closure.Closure;
import dev.favilla.spill.Combiner;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How a shuffle aggregates by key.
 *
 * @param combiner the functions, prepared for tasks
 * @param mapSide whether map tasks combine before they send, so that accumulators and not values are shuffled
 * @param restartable whether a map task may start a second accumulator for a key it has seen: true where creating one
 *     adds nothing of its own (reduce, group), false where it brings a zero value that must be applied once per key
 *     and map partition
 */
public record Aggregator(
        Closure<Combiner<@Nullable Object, @Nullable Object>> combiner, boolean mapSide, boolean restartable)
        implements Serializable {}
