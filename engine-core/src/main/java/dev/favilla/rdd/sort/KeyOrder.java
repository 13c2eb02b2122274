package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.spill.RecordOrder;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * In which order keys come.
 *
 * @param comparator compares keys
 * @param natural whether it is a {@link dev.favilla.shuffle.NaturalKeys}
 * @param ascending whether keys that it has before others come first
 */
public record KeyOrder(Closure<Comparator<@Nullable Object>> comparator, boolean natural, boolean ascending)
        implements Serializable {

    /** Returns whether keys compare as with {@code other}, whichever come first. For the driver. */
    boolean comparesAs(Closure<Comparator<@Nullable Object>> other) {
        return comparator == other || comparator.function().equals(other.function());
    }

    /** Returns by what an attempt sorts the entries of {@code dataset}. */
    RecordOrder ofEntries(EntryExtractor entries, LineageNode dataset, TaskScope scope) {
        return new InTask(this, scope) {
            @Override
            public @Nullable Object key(@Nullable Object record) {
                return entries.key(record);
            }

            @Override
            public @Nullable Object rest(@Nullable Object record) {
                return entries.value(record);
            }

            @Override
            RuntimeException failure(Object keys, Throwable error) {
                return UserCode.failure(dataset, keys, error);
            }
        };
    }

    /**
     * Returns by what an attempt compares keys alone, ascending.
     *
     * @param operation what for, and where the user called it
     */
    RecordOrder ofKeys(String operation, TaskScope scope) {
        return new InTask(new KeyOrder(comparator, natural, true), scope) {
            @Override
            public @Nullable Object key(@Nullable Object record) {
                return record;
            }

            @Override
            RuntimeException failure(Object keys, Throwable error) {
                return UserCode.failure(operation, UserCodeException.preview(keys), error);
            }
        };
    }

    /** With an attempt's own copy of the comparator. Says where its exceptions come from. */
    private abstract static class InTask implements RecordOrder {

        /** Comparisons between two looks at the kill flag; a power of two. */
        private static final int COMPARISONS_PER_CHECK = 1 << 16;

        private final Comparator<@Nullable Object> keys;
        private final KeyOrder order;
        private final TaskScope scope;
        private int comparisons;

        InTask(KeyOrder order, TaskScope scope) {
            this.keys = order.comparator.forTask(scope);
            this.order = order;
            this.scope = scope;
        }

        abstract RuntimeException failure(Object keys, Throwable error);

        @Override
        public Kind kind() {
            return !order.natural ? Kind.OTHER : order.ascending ? Kind.NATURAL : Kind.REVERSED;
        }

        @Override
        public int compare(@Nullable Object left, @Nullable Object right) {
            if ((++comparisons & (COMPARISONS_PER_CHECK - 1)) == 0) {
                scope.checkKilled();
            }
            Object first = order.ascending ? key(left) : key(right);
            Object second = order.ascending ? key(right) : key(left);
            try {
                return keys.compare(first, second);
            } catch (RuntimeException | Error e) {
                throw failure(Arrays.asList(first, second), e);
            }
        }

        @Override
        public RuntimeException contradiction(String detail) {
            return failure(
                    "(all of a partition)",
                    new IllegalArgumentException("The comparator contradicts itself: " + detail
                            + " If a comes before b, then b must come after a, and if b comes before c, a must come"
                            + " before c; and a comparator must not change its mind between two calls"));
        }
    }
}
