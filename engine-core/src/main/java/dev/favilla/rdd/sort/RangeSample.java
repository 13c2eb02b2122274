package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.spill.RecordOrder;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds bounds of ranges of about equally many records, as Spark does: from {@value #PER_RANGE} keys for each range, a
 * million at most, of which each partition brings three times its share, chosen by chance. A partition that has so many
 * more records than others that even this is too thin is sampled again, in proportion. The chance is seeded by the number
 * of the partition, so the same records give the same bounds.
 *
 * <p>Jobs: one, and another if a partition is sampled again; none if there is no partition. Comparing keys runs user
 * code, so all is done in task slots.
 *
 * @param order compares keys
 * @param entries takes records apart
 * @param ranges how many ranges are wanted, at least 2
 * @param operation the user's call
 */
record RangeSample(KeyOrder order, EntryExtractor entries, int ranges, String operation) implements Serializable {

    static final int PER_RANGE = 20;
    private static final int MOST_KEYS = 1_000_000;
    private static final double OVERSAMPLED = 3.0;

    /** Returns the bounds, strictly ascending; fewer than ranges - 1 if there are too few keys. */
    List<?> bounds(LineageNode input, Prepared.Jobs jobs) {
        int partitions = input.numPartitions();
        if (partitions == 0) {
            return List.of();
        }
        int wanted = (int) Math.min((long) PER_RANGE * ranges, MOST_KEYS);
        int each = (int) Math.ceil(OVERSAMPLED * wanted / partitions);
        Answer first = Answer.of(jobs.run(input, new Sketch(this, wanted, each)));
        if (first.thin().isEmpty()) {
            return first.keys();
        }
        Action again = new Again(this, first.fraction(), new ZeroValue.Shared(first.list()));
        return Answer.of(jobs.run(input, first.thin(), again)).keys();
    }

    private List<@Nullable Object> boundsOf(Candidates candidates, TaskScope scope) {
        RecordOrder keys = order.ofKeys(operation, scope);
        return candidates.bounds(Math.min(ranges, candidates.size()), keys);
    }

    /**
     * What the driver is told, as a list, which every serializer writes.
     *
     * @param keys the bounds; candidates, if partitions are to be sampled again
     * @param weights how many records each candidate stands for
     * @param thin the partitions that are to be sampled again
     * @param fraction the share of records that is wanted of them
     */
    private record Answer(List<@Nullable Object> keys, List<Double> weights, List<Integer> thin, double fraction) {

        @SuppressWarnings("unchecked") // it is what list() made
        static Answer of(@Nullable Object list) {
            List<?> parts = (List<?>) Objects.requireNonNull(list);
            return new Answer(
                    (List<@Nullable Object>) parts.get(0),
                    (List<Double>) parts.get(1),
                    (List<Integer>) parts.get(2),
                    (Double) parts.get(3));
        }

        List<Object> list() {
            List<Object> parts = new ArrayList<>();
            parts.add(keys);
            parts.add(weights);
            parts.add(thin);
            parts.add(fraction);
            return parts;
        }
    }

    /**
     * As many keys of each partition, and how many records it has.
     *
     * @param wanted how many keys are wanted of all partitions
     * @param each how many keys at most are taken of each
     */
    private record Sketch(RangeSample sample, int wanted, int each) implements Action {

        @Override
        public String name() {
            return "sample";
        }

        /** Returns the number of records and the keys. */
        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            try (KeySampling sampling = KeySampling.reservoir(sample.entries, each, scope)) {
                input.drain(sampling, scope);
                List<@Nullable Object> sketch = new ArrayList<>(2);
                sketch.add(sampling.records());
                sketch.add(sampling.keys());
                return sketch;
            }
        }

        @Override
        public boolean mergesInSlot() {
            return true;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            throw new IllegalStateException("keys were about to be compared outside of a task slot: a bug in Favilla");
        }

        @Override
        public List<Object> mergeInSlot(List<@Nullable Object> staged, TaskScope scope) {
            long total = staged.stream().mapToLong(Sketch::records).sum();
            double fraction = Math.min((double) wanted / Math.max(total, 1), 1);
            Candidates candidates = new Candidates();
            List<Integer> thin = new ArrayList<>();
            for (int partition = 0; partition < staged.size(); partition++) {
                long records = records(staged.get(partition));
                if (fraction * records > each) {
                    thin.add(partition);
                } else {
                    List<?> keys = keys(staged.get(partition));
                    candidates.add(keys, (double) records / Math.max(1, keys.size()));
                }
            }
            Answer answer = thin.isEmpty()
                    ? new Answer(sample.boundsOf(candidates, scope), List.of(), List.of(), fraction)
                    : new Answer(candidates.keys(), candidates.weights(), thin, fraction);
            return answer.list();
        }

        private static long records(@Nullable Object sketch) {
            return (Long) Objects.requireNonNull(((List<?>) Objects.requireNonNull(sketch)).get(0));
        }

        private static List<?> keys(@Nullable Object sketch) {
            return (List<?>) Objects.requireNonNull(((List<?>) Objects.requireNonNull(sketch)).get(1));
        }
    }

    /**
     * More keys of partitions that have many more records than others.
     *
     * @param fraction which share of their records
     * @param known the answer of the first job, with the candidates of other partitions
     */
    private record Again(RangeSample sample, double fraction, ZeroValue known) implements Action {

        @Override
        public String name() {
            return "sample again";
        }

        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            try (KeySampling sampling = KeySampling.share(sample.entries, fraction, scope)) {
                input.drain(sampling, scope);
                return sampling.keys();
            }
        }

        @Override
        public boolean mergesInSlot() {
            return true;
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            throw new IllegalStateException("keys were about to be compared outside of a task slot: a bug in Favilla");
        }

        @Override
        public List<Object> mergeInSlot(List<@Nullable Object> staged, TaskScope scope) {
            Answer before = Answer.of(known.fresh());
            Candidates candidates = new Candidates();
            candidates.add(before.keys(), before.weights());
            for (Object keys : staged) {
                candidates.add((List<?>) Objects.requireNonNull(keys), 1 / fraction);
            }
            return new Answer(sample.boundsOf(candidates, scope), List.of(), List.of(), fraction).list();
        }
    }
}
