package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.SizeEstimator;
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
        Smallest smallest = new Smallest(n, order.forTask(scope), RecordCopier.of(scope)::isolate, callSite);
        input.drain(smallest);
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
        Smallest smallest = new Smallest(n, order.forTask(scope), UnaryOperator.identity(), callSite);
        for (Object part : staged) {
            for (Object record : (List<?>) part) {
                smallest.push(record);
            }
        }
        return smallest.inOrder();
    }

    private static final class Smallest extends Sink {

        private final int n;
        private final UnaryOperator<@Nullable Object> own;
        private final CallSite callSite;
        private final Comparator<Ranked> ascending;
        private final PriorityQueue<Ranked> largestFirst;
        private long pushed;

        /** @param own makes a record that stays one that nobody else can change */
        Smallest(int n, Comparator<@Nullable Object> order, UnaryOperator<@Nullable Object> own, CallSite callSite) {
            this.n = n;
            this.own = own;
            this.callSite = callSite;
            this.ascending = (left, right) -> {
                int byOrder = order.compare(left.record(), right.record());
                return byOrder != 0 ? byOrder : Long.compare(left.position(), right.position());
            };
            this.largestFirst = new PriorityQueue<>(ascending.reversed());
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            try {
                add(new Ranked(record, pushed++));
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(callSite.toString(), UserCodeException.preview(record), e);
            }
            return true;
        }

        private void add(Ranked ranked) {
            Ranked largest = largestFirst.peek();
            if (largest == null || largestFirst.size() < n) {
                if (largest == null) {
                    ascending.compare(ranked, ranked); // a record that cannot be compared fails, even if it is alone
                }
                keep(ranked);
            } else if (ascending.compare(ranked, largest) < 0) {
                largestFirst.poll();
                keep(ranked);
            }
        }

        private void keep(Ranked ranked) {
            largestFirst.add(new Ranked(own.apply(ranked.record()), ranked.position()));
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

    /** A record and when it came. */
    private record Ranked(@Nullable Object record, long position) {}
}
