package dev.favilla.lineage;

import org.jspecify.annotations.Nullable;

/** What an exception says. Asked in the slot that caught it: an exception of the user's is user code, too. */
public final class ErrorText {

    private ErrorText() {}

    /**
     * Returns {@code error}'s own text, or its class where it has none or asking fails. Never throws, whatever is thrown
     * by what is asked: an {@link OutOfMemoryError} of the user's {@code toString} is not the end of the heap.
     */
    public static String of(@Nullable Throwable error) {
        if (error == null) {
            return "an unknown error";
        }
        try {
            String text = error.toString();
            return text == null || text.isBlank() ? error.getClass().getName() : text;
        } catch (Throwable t) { // must not hide what it is asked about
            return failed(error);
        }
    }

    private static String failed(Throwable error) {
        String name = error.getClass().getName();
        try {
            return name + " (whose toString failed)";
        } catch (Throwable t) { // no memory for more words
            return name;
        }
    }
}
