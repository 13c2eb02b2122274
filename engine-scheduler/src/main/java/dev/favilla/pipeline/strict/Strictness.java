package dev.favilla.pipeline.strict;

/** How much strict mode looks at. */
public enum Strictness {
    /** Nothing. */
    OFF,
    /** All that can be seen while functions run once. */
    ONCE,
    /** The same, and a sample of functions runs again, to see whether they make the same records. */
    FULL
}
