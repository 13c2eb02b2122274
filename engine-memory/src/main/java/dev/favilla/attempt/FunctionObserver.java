package dev.favilla.attempt;

/** Sees the functions that an attempt is given. Belongs to its attempt. */
public interface FunctionObserver {

    /** Sees nothing. */
    FunctionObserver NONE = new FunctionObserver() {

        @Override
        public <F> F given(F function, String operation, boolean copied) {
            return function;
        }
    };

    /**
     * Returns what the attempt is to call: {@code function}, or one that does the same and looks on.
     *
     * @param operation what the function was given to and where, for example {@code map at Report.java:12}
     * @param copied whether it belongs to the attempt alone, because something that it captures can change
     */
    <F> F given(F function, String operation, boolean copied);
}
