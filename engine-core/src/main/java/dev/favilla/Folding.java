package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.stats.Aggregate;
import dev.favilla.value.Boxes;
import dev.favilla.value.Immutability;
import dev.favilla.value.Primitive;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * Sinks that make one value of all records.
 *
 * <p>They give the user's function records that it may change or return: copies where others could see that, be it a cached
 * block, the source, or a later attempt at the same merge. What they have so far lies in a {@link Total}, so that several
 * may add to one.
 *
 * <p>Handlers of exceptions call {@link UserCodeException} themselves: nothing initializes it before something fails, so a
 * compiler leaves the handlers out. With a method of our own between, a record would have to be an object for it.
 */
final class Folding {

    private Folding() {}

    /** Merges records with {@code start}, or with the first of them if that is null. */
    static Reducing reducing(
            ReduceFunction<@Nullable Object> function,
            TaskScope scope,
            CallSite site,
            Actions.@Nullable Present start) {
        Total total = new Total();
        if (start != null) {
            total.begin(start.value());
        }
        return new Reducing(function, RecordCopier.of(scope), site, total);
    }

    /** Adds records to {@code start}. */
    static Combining combining(
            CombineFunction<@Nullable Object, @Nullable Object> function,
            TaskScope scope,
            CallSite site,
            Actions.Present start) {
        return new Combining(function, RecordCopier.of(scope), site, Total.of(start));
    }

    /** Adds records to {@code start}. */
    static Adding adding(
            Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> aggregate,
            TaskScope scope,
            CallSite site,
            Actions.Present start) {
        return new Adding(aggregate, RecordCopier.of(scope), site, Total.of(start));
    }

    /** What there is so far. A number is kept as one, so that merging numbers makes no objects. */
    static final class Total {

        private boolean any;

        /** While it is neither a long nor a double. */
        private @Nullable Object value;

        private boolean isLong;
        private long asLong;
        private boolean isDouble;
        private double asDouble;

        /** A class whose records nobody can change; the one of the records so far, as a rule. */
        private @Nullable Class<?> proven;

        /** The last class of which that was asked. */
        private @Nullable Class<?> asked;

        /** Returns what {@link RecordCopier#isolate} does, and remembers the class of a record that need not be copied. */
        private @Nullable Object own(@Nullable Object record, RecordCopier copier) {
            if (record != null && record.getClass() != asked) {
                asked = record.getClass();
                if (Immutability.isProvenBy(asked)) {
                    proven = asked;
                }
            }
            return copier.isolate(record);
        }

        private static Total of(Actions.Present start) {
            Total total = new Total();
            total.begin(start.value());
            return total;
        }

        private void begin(@Nullable Object first) {
            any = true;
            isLong = first instanceof Long;
            isDouble = first instanceof Double;
            asLong = first instanceof Long number ? number : 0;
            asDouble = first instanceof Double number ? number : 0;
            value = first;
        }

        /** Goes on after a long with what it was merged to. */
        private void afterLong(@Nullable Object merged) {
            if (merged instanceof Long number) {
                asLong = number;
            } else {
                become(merged);
            }
        }

        /** Goes on after a double with what it was merged to. */
        private void afterDouble(@Nullable Object merged) {
            if (merged instanceof Double number) {
                asDouble = number;
            } else {
                become(merged);
            }
        }

        private void become(@Nullable Object other) {
            isLong = false;
            isDouble = false;
            value = other;
        }

        /** Returns what there is; null if there is nothing. */
        @Nullable
        Object value() {
            return isLong ? (Object) asLong : isDouble ? (Object) asDouble : value;
        }

        Actions.@Nullable Present present() {
            return any ? new Actions.Present(value()) : null;
        }
    }

    /** Merges records with each other. */
    static final class Reducing extends Sink {

        private final ReduceFunction<@Nullable Object> function;
        private final RecordCopier copier;
        private final CallSite site;
        private final Total total;

        Reducing(ReduceFunction<@Nullable Object> function, RecordCopier copier, CallSite site, Total total) {
            this.function = function;
            this.copier = copier;
            this.site = site;
            this.total = total;
        }

        Total total() {
            return total;
        }

        /** Calls the function at a place of its own for each kind of number, so that a compiler sees through the boxes. */
        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Total sum = total;
            try {
                Object own = record != null && record.getClass() == sum.proven ? record : sum.own(record, copier);
                if (sum.isLong) {
                    sum.afterLong(function.call(Boxes.fresh(sum.asLong), own));
                } else if (sum.isDouble) {
                    sum.afterDouble(function.call(sum.asDouble, own));
                } else if (sum.any) {
                    sum.value = function.call(sum.value, own);
                } else {
                    sum.begin(own);
                }
            } catch (Exception | Error e) {
                throw UserCode.failure(site.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                push(kind.fresh(bits[i])); // always wants more
            }
            return to - from;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), function, copier, site, total);
        }
    }

    /** Adds records to what is of another type. */
    static final class Combining extends Sink {

        private final CombineFunction<@Nullable Object, @Nullable Object> function;
        private final RecordCopier copier;
        private final CallSite site;
        private final Total total;

        Combining(
                CombineFunction<@Nullable Object, @Nullable Object> function,
                RecordCopier copier,
                CallSite site,
                Total total) {
            this.function = function;
            this.copier = copier;
            this.site = site;
            this.total = total;
        }

        Total total() {
            return total;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Total sum = total;
            try {
                Object own = record != null && record.getClass() == sum.proven ? record : sum.own(record, copier);
                if (sum.isLong) {
                    sum.afterLong(function.call(Boxes.fresh(sum.asLong), own));
                } else if (sum.isDouble) {
                    sum.afterDouble(function.call(sum.asDouble, own));
                } else {
                    sum.value = function.call(sum.value, own);
                }
            } catch (Exception | Error e) {
                throw UserCode.failure(site.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                push(kind.fresh(bits[i])); // always wants more
            }
            return to - from;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), function, copier, site, total);
        }
    }

    /** Adds records to what an aggregate makes of them. */
    static final class Adding extends Sink {

        private final Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> aggregate;
        private final RecordCopier copier;
        private final CallSite site;
        private final Total total;

        Adding(
                Aggregate<@Nullable Object, @Nullable Object, @Nullable Object> aggregate,
                RecordCopier copier,
                CallSite site,
                Total total) {
            this.aggregate = aggregate;
            this.copier = copier;
            this.site = site;
            this.total = total;
        }

        Total total() {
            return total;
        }

        @Override
        @SuppressWarnings("NullAway") // null only where the aggregate admits it
        public boolean push(@Nullable Object record) throws Exception {
            Total sum = total;
            try {
                Object own = record != null && record.getClass() == sum.proven ? record : sum.own(record, copier);
                if (sum.isLong) {
                    sum.afterLong(aggregate.add(Boxes.fresh(sum.asLong), own));
                } else if (sum.isDouble) {
                    sum.afterDouble(aggregate.add(sum.asDouble, own));
                } else {
                    sum.value = aggregate.add(sum.value, own);
                }
            } catch (Exception | Error e) {
                throw UserCode.failure(site.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        @Override
        public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                push(kind.fresh(bits[i])); // always wants more
            }
            return to - from;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), aggregate, copier, site, total);
        }
    }
}
