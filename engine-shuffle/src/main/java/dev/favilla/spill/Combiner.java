package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.io.Serializable;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How the values {@code V} of one key become one accumulator {@code C}. Methods may change and return their first
 * argument if it is an accumulator, never a value.
 */
public interface Combiner<V extends @Nullable Object, C extends @Nullable Object> extends Serializable {

    /** Starts an accumulator with a first value. */
    C create(V value) throws Exception;

    /** Adds a further value. */
    C add(C accumulator, V value) throws Exception;

    /** Joins two accumulators; {@code left}'s rows come before {@code right}'s. */
    C merge(C left, C right) throws Exception;

    /**
     * Returns an operator on the bits of numbers that does what both {@link #add} and {@link #merge} do to two numbers of
     * a kind and never throws, or null if there is none that is known. {@link #create} then returns such a number itself.
     */
    default @Nullable LongBinaryOperator ofNumbers(Primitive kind) {
        return null;
    }
}
