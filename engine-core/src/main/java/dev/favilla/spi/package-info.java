/**
 * For those who build on an engine rather than with one: sources and operators of their own, pages that show what
 * happens, bridges, test kits.
 *
 * <p>Start at {@link dev.favilla.spi.EngineExtension}, which is installed when a context is opened and is told when it
 * closes; {@link dev.favilla.spi.EngineControl} is what it is given. Nodes, operators and actions are written with the
 * types of {@link dev.favilla.lineage}. Nothing here is needed to write pipelines, and what is found here may end jobs;
 * it keeps off the everyday context on purpose.
 *
 * <p>{@link dev.favilla.spi.ClusterProvider} is where another cluster takes over from the executors of this process.
 */
@NullMarked
package dev.favilla.spi;

import org.jspecify.annotations.NullMarked;
