/**
 * For those who build on an engine rather than with one: test kits, pages that show what happens, bridges.
 *
 * <p>Start at {@link dev.favilla.spi.EngineExtension}, which is installed when a context is opened. Nothing here is
 * needed to write pipelines, and what is found here may end jobs; it keeps off the everyday context on purpose.
 */
@NullMarked
package dev.favilla.spi;

import org.jspecify.annotations.NullMarked;
