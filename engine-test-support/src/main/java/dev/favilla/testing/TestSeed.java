package dev.favilla.testing;

import java.util.SplittableRandom;

/**
 * The one source of chance of a test. Take it as a parameter:
 *
 * <pre>{@code
 * @Test
 * void everyKeyLandsInOnePartition(TestSeed seed) {
 *     SplittableRandom random = seed.random();
 * }
 * }</pre>
 *
 * <p>The value follows from the test's unique id, so a build does the same every time, and each invocation of a
 * repeated or parameterized test gets another. The system property {@code favilla.seed} replaces it; a test that fails
 * prints the command that runs it again with the seed it had.
 *
 * <p><b>Threads.</b> Immutable. Each generator it returns is new and belongs to one thread.
 */
public final class TestSeed {

    private final long value;

    private TestSeed(long value) {
        this.value = value;
    }

    /** Returns the seed with exactly this value. */
    public static TestSeed of(long value) {
        return new TestSeed(value);
    }

    /** Returns the seed that belongs to a name; equal names give equal seeds, on every JVM. */
    static TestSeed named(String name) {
        return new TestSeed(hash(name));
    }

    /** Returns the number itself, for messages and for code that takes a plain seed. */
    public long value() {
        return value;
    }

    /** Returns a generator that starts at this seed; two calls return equal sequences. */
    public SplittableRandom random() {
        return new SplittableRandom(value);
    }

    /**
     * Returns a generator of its own for one purpose, such as {@code "faults"}.
     *
     * <p>Drawing more for one purpose leaves the others as they were, so a test can grow without changing its data.
     */
    public SplittableRandom split(String purpose) {
        return new SplittableRandom(mix(value ^ hash(purpose)));
    }

    /** FNV-1a over the characters, then mixed: {@code String.hashCode} has too few bits for a seed. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    private static long mix(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    @Override
    public String toString() {
        return "TestSeed[" + value + "]";
    }
}
