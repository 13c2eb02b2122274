package dev.favilla.lineage;

/**
 * Each partition needs whole partitions of the parent, computed in the same task.
 *
 * @param parent the dataset that is needed
 */
public record NarrowDependency(LineageNode parent) implements Dependency {}
