package dev.favilla.spi;

import dev.favilla.fault.FaultInjector;
import org.jspecify.annotations.Nullable;

/**
 * What is installed in a context when it is opened. All methods have defaults: an extension implements what it is for.
 *
 * <p><b>Threads.</b> {@link #faults} and {@link #opened} are called once per context, on the thread that opens it,
 * {@link #closing} once on the first thread that closes it.
 */
public interface EngineExtension {

    /** Returns who steps in at the engine's fault points, or null if nobody does. At most one per context. */
    default @Nullable FaultInjector faults() {
        return null;
    }

    /**
     * Hands over what only extensions may do. No job has run yet.
     *
     * @param control works until the context is closed
     */
    default void opened(EngineControl control) {}

    /**
     * Says that the context is being closed: no dataset is made and no job submitted any more, executors are still there
     * and listeners still told. Called before those end, the last installed first, if {@link #opened} went well. The
     * close waits for it, so it must not wait long. What it throws is logged as a warning and stops nothing.
     */
    default void closing() {}
}
