package dev.favilla.lineage;

import org.jspecify.annotations.Nullable;

/** What an exception says. Asked in the slot that caught it: an exception of the user's is user code, too. */
public final class ErrorText {

    private ErrorText() {}

    /** Returns {@code error}'s own text, or its class where that fails; never throws. */
    public static String of(@Nullable Throwable error) {
        if (error == null) {
            return "an unknown error";
        }
        try {
            return String.valueOf(error.toString());
        } catch (RuntimeException | Error e) { // must not hide what it is asked about
            if (e instanceof OutOfMemoryError fatal) {
                throw fatal;
            }
            return error.getClass().getName() + " (whose toString failed)";
        }
    }
}
