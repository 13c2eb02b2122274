package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.SizeEstimator;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The {@code n} smallest records in ascending order; among equal ones those that come first. Each task holds at most
 * {@code n} records, as its own: a source may use one object for many records.
 *
 * @param name the action's name
 * @param n how many
 * @param order by which order
 * @param callSite the user's call
 */
record TakeOrdered(String name, int n, Closure<Comparator<@Nullable Object>> order, CallSite callSite)
        implements Action {

    @Override
    public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
        Comparator<@Nullable Object> own = order.forTask(scope);
        Smallest smallest = new Smallest(n, own, RecordCopier.of(scope)::isolate);
        input.drain(new Keeping(own, smallest, callSite));
        return smallest.inOrder();
    }

    @Override
    public long resultBytes(@Nullable Object staged) {
        return new SizeEstimator().estimate(staged);
    }

    @Override
    public boolean mergesInSlot() {
        return true;
    }

    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) {
        throw Actions.notInSlot();
    }

    @Override
    public List<@Nullable Object> mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
        Comparator<@Nullable Object> own = order.forTask(scope);
        Smallest smallest = new Smallest(n, own, UnaryOperator.identity());
        Keeping keeping = new Keeping(own, smallest, callSite);
        for (Object part : staged) {
            for (Object record : (List<?>) part) {
                keeping.push(record);
            }
        }
        return smallest.inOrder();
    }

    /** What was kept so far. */
    private static final class Smallest {

        private final int n;
        private final UnaryOperator<@Nullable Object> own;
        private final Comparator<Ranked> ascending;
        private final PriorityQueue<Ranked> largestFirst;
        private long kept;

        /** Whether there are {@code n}, and the largest of them. */
        private boolean full;

        private @Nullable Object largest;

        /** @param own makes a record that stays one that nobody else can change */
        Smallest(int n, Comparator<@Nullable Object> order, UnaryOperator<@Nullable Object> own) {
            this.n = n;
            this.own = own;
            this.ascending = (left, right) -> {
                int byOrder = order.compare(left.record(), right.record());
                return byOrder != 0 ? byOrder : Long.compare(left.position(), right.position());
            };
            this.largestFirst = new PriorityQueue<>(ascending.reversed());
        }

        /** Keeps a record, in the place of the largest if there are {@code n}. */
        void keep(@Nullable Object record) {
            if (full) {
                largestFirst.poll();
            }
            largestFirst.add(new Ranked(own.apply(record), kept++));
            full = largestFirst.size() >= n;
            largest = full ? largestFirst.element().record() : null;
        }

        List<@Nullable Object> inOrder() {
            List<Ranked> ranked = new ArrayList<>(largestFirst);
            ranked.sort(ascending);
            List<@Nullable Object> records = new ArrayList<>(ranked.size());
            for (Ranked each : ranked) {
                records.add(each.record());
            }
            return records;
        }
    }

    /** Lets most records pass that are not among the smallest, without an object for each. */
    private static final class Keeping extends Sink {

        private final Comparator<@Nullable Object> order;
        private final Smallest smallest;
        private final CallSite callSite;

        Keeping(Comparator<@Nullable Object> order, Smallest smallest, CallSite callSite) {
            this.order = order;
            this.smallest = smallest;
            this.callSite = callSite;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            try {
                if (smallest.kept == 0) {
                    order.compare(record, record); // one that cannot be compared fails, even if it is alone
                }
                if (!smallest.full || order.compare(record, smallest.largest) < 0) {
                    smallest.keep(record);
                }
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(callSite.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), order, smallest, callSite);
        }
    }

    /** A record and when it came. */
    private record Ranked(@Nullable Object record, long position) {}
}
