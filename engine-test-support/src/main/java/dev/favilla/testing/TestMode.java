package dev.favilla.testing;

import java.util.Locale;

/**
 * How tests that say the same {@linkplain InEveryMode everywhere} run their engine. The build runs them once for each of
 * these, in a JVM of its own whose system property {@value #PROPERTY} names it in small letters.
 */
public enum TestMode {

    /** As each test says. */
    PLAIN,

    /** The same, in strict mode. */
    STRICT,

    /** On three executors that share nothing, connected in memory. */
    MEMORY,

    /** On three executors that share nothing, connected over TCP. */
    TCP,

    /** Through the bridge to Apache Spark, whose one process then is this JVM. */
    SPARK;

    /** The system property that has the name of the mode; {@link #PLAIN} where it is not set. */
    public static final String PROPERTY = "favilla.test.mode";

    /**
     * Returns the mode of this JVM.
     *
     * @throws IllegalArgumentException if the property names none
     */
    public static TestMode current() {
        return valueOf(System.getProperty(PROPERTY, PLAIN.name()).toUpperCase(Locale.ROOT));
    }

    /** Returns whether executors share nothing. */
    public boolean isIsolated() {
        return this == MEMORY || this == TCP;
    }
}
