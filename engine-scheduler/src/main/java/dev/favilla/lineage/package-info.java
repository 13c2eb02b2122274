/**
 * What a scheduler must know of a dataset: its id, its partitions, what it depends on, and how one partition is run.
 *
 * <p>Start at {@link dev.favilla.lineage.LineageNode}. Nodes are data: immutable, without engine, context or thread.
 * Where records come from is a {@link dev.favilla.lineage.Source} and what is done to them an
 * {@link dev.favilla.lineage.Operator}; both can be read without being run. Records are plain objects here; their types
 * belong to the API above.
 */
@NullMarked
package dev.favilla.lineage;

import org.jspecify.annotations.NullMarked;
