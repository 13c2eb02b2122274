package dev.favilla.fault;

/**
 * Steps in where the engine says that it has reached a site. Implemented by test kits.
 *
 * <p><b>Threads.</b> Called on the thread that reaches the site, and so on many at once. A call that blocks is a delay.
 *
 * <p><b>Failures.</b> What {@link #reach} throws is what happened at the site, which fails with it as with its own
 * failures.
 */
public interface FaultInjector {

    /** Lets the engine go on, or makes the site fail. */
    void reach(FaultPoint point) throws Exception;

    /** Returns what is found instead of {@code frame}: the frame itself, or a damaged copy. */
    default byte[] bytes(FaultPoint point, byte[] frame) {
        return frame;
    }
}
