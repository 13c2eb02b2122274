package dev.favilla.pipeline;

/** Lets an exception pass through a signature that does not declare it. */
final class Rethrow {

    private Rethrow() {}

    /** Throws {@code exception} as it is; the return type lets callers write {@code throw}. */
    static RuntimeException rethrow(Exception exception) {
        throw Rethrow.<RuntimeException>unchecked(exception);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the cast is erased, which is the point
    private static <E extends Exception> E unchecked(Exception exception) throws E {
        throw (E) exception;
    }
}
