package dev.favilla;

import dev.favilla.lineage.CallSite;
import dev.favilla.value.DriverOnlySearch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what users pass, where they pass it. */
final class Arguments {

    private Arguments() {}

    /**
     * Returns {@code value} if it is there.
     *
     * @throws IllegalArgumentException if it is null; names the parameter and the call
     */
    static <T> T notNull(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(
                    name + " must not be null (" + CallSites.entered().callSite() + ")");
        }
        return value;
    }

    /** Returns what to throw for elements that could not be copied: the reason, if a dataset or a context is why. */
    static IllegalArgumentException notWritten(
            List<? extends @Nullable Object> elements, CallSite site, IllegalArgumentException failure) {
        DriverOnlySearch search = new DriverOnlySearch();
        int index = 0;
        for (Object element : elements) {
            DriverOnlySearch.Found found = search.find(element).orElse(null);
            if (found != null) {
                String step = "[" + index + "]" + (found.object() == element ? ": " : " -> ");
                return refusal("The elements of " + site, found, step + found.path(), failure);
            }
            index++;
        }
        return failure;
    }

    /**
     * Returns what to throw for a value that could not be written: the reason, if a dataset or a context is why.
     *
     * @param what begins a sentence, for example {@code The zero value of fold at Report.java:12}
     */
    static IllegalArgumentException notWritten(@Nullable Object value, String what, RuntimeException failure) {
        DriverOnlySearch.Found found = new DriverOnlySearch().find(value).orElse(null);
        if (found == null) {
            return new IllegalArgumentException(what + " cannot travel to tasks: " + failure.getMessage(), failure);
        }
        return refusal(what, found, found.path(), failure);
    }

    private static IllegalArgumentException refusal(
            String what, DriverOnlySearch.Found found, String path, RuntimeException failure) {
        return new IllegalArgumentException(
                what + " cannot travel to tasks: " + found.object().getClass().getName() + " would have to go along. "
                        + found.whyNotInTasks() + " Path: " + path,
                failure);
    }
}
