package dev.favilla.rdd;

/** Numbers as objects, for loops that a compiler sees through. */
public final class Boxes {

    private Boxes() {}

    /**
     * Returns a new object. One of {@link Long#valueOf} may be a shared one, which no compiler can do away with where the
     * object itself is not needed.
     */
    @SuppressWarnings({"deprecation", "removal", "BoxedPrimitiveConstructor"})
    public static Long fresh(long number) {
        return new Long(number);
    }
}
