package dev.favilla.spill;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Sorted inputs, merged: of records that compare equal those of the earlier input come first.
 *
 * <p>A tree of losers: each step compares along one path, once per level.
 *
 * <p>Merging would not notice an order that contradicts itself. So each record is compared with the next, before it is
 * handed out, where there may be doubt.
 */
final class MergedRecords implements Iterator<@Nullable Object> {

    private final Input[] inputs;
    private final RecordOrder order;
    private final boolean checked;

    /** For each inner node of the tree the input that lost there, while the better one went up. */
    private final int[] losers;

    /** The input whose record is next. */
    private int winner;

    /**
     * @param inputs at least one, the earlier ones first; each before its first record
     * @param checked whether the order may contradict itself
     */
    MergedRecords(List<? extends Input> inputs, RecordOrder order, boolean checked) {
        this.inputs = inputs.toArray(new Input[0]);
        this.order = order;
        this.checked = checked;
        this.losers = new int[this.inputs.length];
        for (Input input : this.inputs) {
            input.advance();
        }
        this.winner = play(1);
    }

    private int play(int node) {
        if (node >= inputs.length) {
            return node - inputs.length;
        }
        int left = play(2 * node);
        int right = play(2 * node + 1);
        boolean leftWins = isBefore(left, right);
        losers[node] = leftWins ? right : left;
        return leftWins ? left : right;
    }

    private boolean isBefore(int left, int right) {
        if (!inputs[left].isPresent() || !inputs[right].isPresent()) {
            return inputs[left].isPresent() || (!inputs[right].isPresent() && left < right);
        }
        int compared = order.compare(inputs[left].record(), inputs[right].record());
        return compared < 0 || (compared == 0 && left < right);
    }

    @Override
    public boolean hasNext() {
        return inputs[winner].isPresent();
    }

    @Override
    public @Nullable Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException("All sorted records were handed out");
        }
        Object record = inputs[winner].record();
        inputs[winner].advance();
        int next = winner;
        for (int node = (winner + inputs.length) / 2; node >= 1; node /= 2) {
            if (isBefore(losers[node], next)) {
                int better = losers[node];
                losers[node] = next;
                next = better;
            }
        }
        winner = next;
        if (checked && hasNext()) {
            check(record, inputs[next].record());
        }
        return record;
    }

    /** Asked both ways: a comparator that never answers 0 for equal records is forgiven. */
    private void check(@Nullable Object record, @Nullable Object next) {
        if (order.compare(record, next) > 0 && order.compare(next, record) <= 0) {
            throw order.contradiction("two neighbours of the sorted records are in the wrong order");
        }
    }

    /** One sorted input. */
    abstract static class Input {

        private @Nullable Object record;
        private boolean present;

        /** Steps to the next record, if there is one. */
        final void advance() {
            present = hasMore();
            record = present ? more() : null;
        }

        final boolean isPresent() {
            return present;
        }

        final @Nullable Object record() {
            return record;
        }

        abstract boolean hasMore();

        abstract @Nullable Object more();
    }
}
