package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.Objects;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Folds numbers into accumulators that a table keeps as numbers, where the combiner is known to do to them what an
 * operator on their bits does. No object is made or followed then.
 */
final class NumberFold {

    private final Combiner<?, ?> combiner;

    /** For which kind the operator was asked last, and what it is; null if there is none. */
    private @Nullable Primitive kind;

    private @Nullable LongBinaryOperator operator;

    NumberFold(Combiner<?, ?> combiner) {
        this.combiner = combiner;
    }

    /** Folds a value into an accumulator, or returns false and does nothing. */
    boolean fold(KeyTable table, int entry, @Nullable Object value) {
        Primitive held = table.valueKind();
        return held != null && value != null && held.has(value) && fold(table, entry, held, held.bits(value));
    }

    /** As {@link #fold(KeyTable, int, Object)}, of a number. */
    boolean fold(KeyTable table, int entry, Primitive values, long value) {
        LongBinaryOperator known = of(values);
        if (known == null || table.valueKind() != values) {
            return false;
        }
        table.setNumber(entry, known.applyAsLong(table.number(entry), value));
        return true;
    }

    /** Folds a number into one of the kind that was asked for last, which {@link #does} must have confirmed. */
    void fold(PrimitiveSlots entries, int entry, long value) {
        LongBinaryOperator known = Objects.requireNonNull(operator);
        entries.setNumber(entry, known.applyAsLong(entries.number(entry), value));
    }

    /** As {@link #fold(PrimitiveSlots, int, long)}, where keys are texts. */
    void fold(TextSlots entries, int entry, long value) {
        LongBinaryOperator known = Objects.requireNonNull(operator);
        entries.setNumber(entry, known.applyAsLong(entries.number(entry), value));
    }

    /** Returns whether numbers of that kind are folded. */
    boolean does(Primitive values) {
        return of(values) != null;
    }

    private @Nullable LongBinaryOperator of(Primitive values) {
        if (values != kind) {
            kind = values;
            operator = combiner.ofNumbers(values);
        }
        return operator;
    }
}
