/**
 * What users write: contexts, datasets, actions, configuration.
 *
 * <p>Start at {@link dev.favilla.EngineContext}. Datasets are {@link dev.favilla.RDD}s and, where records are keys with
 * values, {@link dev.favilla.PairRDD}s. Nothing runs before an action; nothing here runs user functions on the thread
 * that calls.
 */
@NullMarked
package dev.favilla;

import org.jspecify.annotations.NullMarked;
