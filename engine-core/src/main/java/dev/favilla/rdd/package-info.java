/**
 * Lineage nodes as data: one immutable class per kind of transformation.
 *
 * <p>Start at {@link dev.favilla.rdd.Node}. Nodes know what they are made of and how one partition of them is computed;
 * they know no engine, no context and no thread, and their records are plain objects.
 */
@NullMarked
package dev.favilla.rdd;

import org.jspecify.annotations.NullMarked;
