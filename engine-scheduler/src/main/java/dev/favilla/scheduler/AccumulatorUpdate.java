package dev.favilla.scheduler;

/**
 * What one attempt added to one accumulator.
 *
 * @param accumulatorId which
 * @param partial what was added
 */
public record AccumulatorUpdate(long accumulatorId, Object partial) {}
