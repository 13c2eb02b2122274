package dev.favilla.task;

import dev.favilla.scheduler.SerializedValue;

/**
 * What one attempt added to one accumulator.
 *
 * @param accumulatorId which
 * @param partial what was added; {@link SerializedValue} where it comes from an isolated executor
 */
public record AccumulatorUpdate(long accumulatorId, Object partial) {}
