/**
 * The pipelines of an attempt: lineages made into cursors that run.
 *
 * <p>Start at {@link dev.favilla.pipeline.PipelineBuilder}. It turns the plans of a lineage into cursors, in loops and
 * never by recursion, so that a lineage may be of any length: runs of push operators are fused, partitions that are to
 * be cached are collected on the way, and the user's iterators are lazy both ways. Everything here belongs to one
 * attempt's thread, but for {@link dev.favilla.pipeline.InputVersions}, which all attempts of an executor share, and
 * {@link dev.favilla.pipeline.CodeCache}, which all attempts of a context do: it has chains that many records go through
 * run in classes of their own.
 */
@NullMarked
package dev.favilla.pipeline;

import org.jspecify.annotations.NullMarked;
