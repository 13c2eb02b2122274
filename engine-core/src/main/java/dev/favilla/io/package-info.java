/**
 * How records come from and go to places that the engine does not know: interfaces for users to implement.
 *
 * <p>Start at {@link dev.favilla.io.Source} for reading, with {@code EngineContext.read}, and at
 * {@link dev.favilla.io.Sink} for writing, with {@code RDD.write}. The engine's own files are written through a sink,
 * too: there is one way to commit.
 */
@NullMarked
package dev.favilla.io;

import org.jspecify.annotations.NullMarked;
