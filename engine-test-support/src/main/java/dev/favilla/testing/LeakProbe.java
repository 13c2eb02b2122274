package dev.favilla.testing;

/**
 * One thing that must be gone when a test ends: bytes reserved, blocks stored, entries of a map.
 *
 * <p>Handed to {@link LeakProbes}, which a test takes as a parameter. Once the test is over and has closed what it
 * opened, {@link #measure} must return zero.
 *
 * <p><b>Threads.</b> Called on the thread that ran the test.
 */
public interface LeakProbe {

    /** Returns what is counted, with its unit, such as {@code "execution memory in bytes"}. */
    String name();

    /** Returns how much of it is left; anything but zero fails the test, as does an exception. */
    long measure();
}
