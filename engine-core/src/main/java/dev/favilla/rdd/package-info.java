/**
 * Lineage nodes and operators as data: immutable, and readable by whoever prints, specialises or translates a lineage.
 *
 * <p>Start at {@link dev.favilla.rdd.NarrowNode}, which is an {@link dev.favilla.lineage.Operator} over one parent; each
 * kind of source, shuffle and meeting of several parents is a {@link dev.favilla.rdd.Node} of its own. Nodes say what
 * they are made of and how one partition of them is computed; they know no engine, no context and no thread, and their
 * records are plain objects.
 */
@NullMarked
package dev.favilla.rdd;

import org.jspecify.annotations.NullMarked;
