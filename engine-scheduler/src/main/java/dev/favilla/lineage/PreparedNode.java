package dev.favilla.lineage;

/**
 * A dataset that must find something out before jobs can compute it, and needs jobs of its own for that: how many records
 * come before each of its partitions, say.
 *
 * <p>The number of partitions and the partitioner must not depend on what is found; {@link #plan} may, and is asked for
 * only then.
 */
public interface PreparedNode extends LineageNode, Prepared {}
