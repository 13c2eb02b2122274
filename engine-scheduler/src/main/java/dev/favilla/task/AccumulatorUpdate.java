package dev.favilla.task;

/**
 * What one attempt added to one accumulator.
 *
 * @param accumulatorId which
 * @param partial what was added; as bytes where it comes from an isolated executor
 */
public record AccumulatorUpdate(long accumulatorId, Object partial) {}
