package dev.favilla.pipeline.strict;

import dev.favilla.function.FlatMapFunction;
import java.util.Collection;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A function that makes many records of one, of which no two calls may return one iterator that was read already: what
 * is left of it is less than the user thinks.
 */
final class OncePerCall implements FlatMapFunction<Object, Object> {

    private static final long serialVersionUID = 1L;

    private final FlatMapFunction<Object, Object> function;
    private final String operation;
    private final transient StrictAttempt attempt;

    /** The last iterator that was returned, and whether it had anything. */
    private transient @Nullable Iterator<?> last;

    private transient boolean lastHadRecords;

    OncePerCall(FlatMapFunction<Object, Object> function, String operation, StrictAttempt attempt) {
        this.function = function;
        this.operation = operation;
        this.attempt = attempt;
    }

    @Override
    @SuppressWarnings("NullAway") // the engine says what it has to say of a function that returns null
    public Iterable<?> call(Object record) throws Exception {
        Iterable<?> results = function.call(record);
        if (results == null || results instanceof Collection) {
            return results;
        }
        Iterable<Object> once = () -> once(results.iterator());
        return once;
    }

    @SuppressWarnings({"unchecked", "ReferenceEquality"
    }) // nobody puts anything into it; it is this very object, or not
    private Iterator<Object> once(Iterator<?> results) {
        if (results == last && lastHadRecords) {
            throw attempt.refused(
                    operation,
                    "two calls of the function have returned the same iterator, and the first of them was read already.",
                    "An Iterable must give a new iterator each time it is asked. Collect what comes from an iterator in a"
                            + " list if more than one is to go over it.");
        }
        last = results;
        lastHadRecords = results.hasNext();
        return (Iterator<Object>) results;
    }
}
