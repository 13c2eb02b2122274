package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.serializer.DriverOnly;

/** Finds the line of user code that called the API. */
final class CallSites {

    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private CallSites() {}

    /** Returns the innermost frame outside the API's own classes, as the place where {@code operation} was called. */
    static CallSite here(String operation) {
        return WALKER.walk(frames -> frames.filter(frame -> !isApi(frame.getDeclaringClass()))
                .findFirst()
                .map(frame -> new CallSite(operation, frame.getFileName() + ":" + frame.getLineNumber()))
                .orElseGet(() -> new CallSite(operation, "unknown place")));
    }

    private static boolean isApi(Class<?> type) {
        Class<?> host = type.getNestHost();
        return host == CallSites.class || DriverOnly.class.isAssignableFrom(host);
    }
}
