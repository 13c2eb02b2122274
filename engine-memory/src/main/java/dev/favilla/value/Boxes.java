package dev.favilla.value;

/**
 * Numbers as objects, for loops that a compiler sees through. All are new objects. One of {@code valueOf} may be a shared
 * one, which no compiler can do away with where the object itself is not needed.
 */
@SuppressWarnings({"deprecation", "removal", "BoxedPrimitiveConstructor"})
public final class Boxes {

    private Boxes() {}

    /** Returns a new object. */
    public static Long fresh(long number) {
        return new Long(number);
    }

    static Integer fresh(int number) {
        return new Integer(number);
    }

    static Double fresh(double number) {
        return new Double(number);
    }
}
