/**
 * Where a test kit may step into production code: to fail a task, lose an input, damage a block, or hold things up.
 *
 * <p>Start at {@link dev.favilla.fault.FaultInjector}, which a test kit implements. The engine reaches a site a few
 * times per attempt, never per record, and without an injector nothing happens there. Nothing here knows the engine.
 */
@NullMarked
package dev.favilla.fault;

import org.jspecify.annotations.NullMarked;
