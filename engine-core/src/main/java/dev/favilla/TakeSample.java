package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.rdd.sample.SampleOperator;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.task.TaskContext;
import dev.favilla.value.SizeEstimator;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Exactly {@code n} records by chance, in an order by chance, in one pass and without knowing how many there are. What
 * chance decides follows from the seed and the partition.
 *
 * <p>Records that are held are the attempt's own: a source may use one object for many of them.
 */
final class TakeSample {

    /** For the end, where partitions are chosen: as no partition meets it. */
    private static final int NO_PARTITION = -2;

    private TakeSample() {}

    private static SplittableRandom chance(long seed) {
        TaskContext task = Objects.requireNonNull(TaskContext.get(), "outside of a task: a bug in Favilla");
        return SampleOperator.chance(seed, task.partition());
    }

    /** Each record at most once: it draws a number, and those with the smallest numbers are taken. */
    record Distinct(String name, int n, long seed) implements Action {

        private static final Comparator<Drawn> ORDER = Comparator.comparingLong(Drawn::number)
                .thenComparingInt(Drawn::partition)
                .thenComparingLong(Drawn::position);

        @Override
        public List<Drawn> run(Cursor input, TaskScope scope) throws Exception {
            int partition = Objects.requireNonNull(TaskContext.get()).partition();
            SplittableRandom random = chance(seed);
            RecordCopier copier = RecordCopier.of(scope);
            PriorityQueue<Drawn> largestFirst = new PriorityQueue<>(ORDER.reversed());
            Actions.drain(input, new Sink() {
                private long position;

                @Override
                public boolean push(@Nullable Object record) {
                    long number = random.nextLong();
                    Drawn largest = largestFirst.peek();
                    if (largest == null || largestFirst.size() < n) {
                        largestFirst.add(new Drawn(number, partition, position, copier.isolate(record)));
                    } else if (number < largest.number()) {
                        largestFirst.poll();
                        largestFirst.add(new Drawn(number, partition, position, copier.isolate(record)));
                    }
                    position++;
                    return true;
                }
            });
            return new ArrayList<>(largestFirst);
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            List<Drawn> all = new ArrayList<>();
            for (Object part : staged) {
                for (Object drawn : (List<?>) part) {
                    all.add((Drawn) drawn);
                }
            }
            all.sort(ORDER);
            List<@Nullable Object> sample = new ArrayList<>();
            for (Drawn drawn : all.subList(0, Math.min(n, all.size()))) {
                sample.add(drawn.record());
            }
            return sample;
        }
    }

    /** A record with what decides about it; the rest makes numbers drawn twice differ. */
    record Drawn(
            long number,
            int partition,
            long position,
            @Nullable Object record) implements Serializable {}

    /**
     * Each place of the sample is filled for itself. Each partition fills all places as if it were alone; in the end chance
     * picks a partition for each place, by how many records it has.
     */
    record WithReplacement(String name, int n, long seed) implements Action {

        @Override
        public Places run(Cursor input, TaskScope scope) throws Exception {
            PlacesSink sink = new PlacesSink(n, chance(seed), RecordCopier.of(scope));
            Actions.drain(input, sink);
            return new Places(sink.count, sink.places);
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            long total = 0;
            for (Object part : staged) {
                total += ((Places) part).count();
            }
            List<@Nullable Object> sample = new ArrayList<>();
            SplittableRandom random = SampleOperator.chance(seed, NO_PARTITION);
            for (int place = 0; place < n && total > 0; place++) {
                sample.add(chosen(staged, random.nextLong(total)).records().get(place));
            }
            return sample;
        }

        /** Returns the partition that has the record with this number among all. */
        private static Places chosen(List<@Nullable Object> staged, long number) {
            long left = number;
            for (Object part : staged) {
                Places places = (Places) part;
                if (left < places.count()) {
                    return places;
                }
                left -= places.count();
            }
            throw new IllegalStateException("no partition has record " + number + ": a bug in Favilla");
        }
    }

    /**
     * What one partition has for the places of the sample.
     *
     * @param count how many records it has
     * @param records one for each place; none if there is none
     */
    record Places(long count, List<@Nullable Object> records) implements Serializable {}

    /** Record number {@code i} takes over each place with a chance of one in {@code i}, so that all end equally likely. */
    private static final class PlacesSink extends Sink {

        private final int n;
        private final SplittableRandom random;
        private final RecordCopier copier;
        private final ArrayList<@Nullable Object> places = new ArrayList<>();
        private long count;

        PlacesSink(int n, SplittableRandom random, RecordCopier copier) {
            this.n = n;
            this.random = random;
            this.copier = copier;
        }

        @Override
        public boolean push(@Nullable Object record) {
            count++;
            if (count == 1) {
                places.addAll(Collections.nCopies(n, copier.isolate(record)));
                return true;
            }
            double logOfMiss = Math.log1p(-1.0 / count);
            for (long place = skip(logOfMiss); place < n; place += 1 + skip(logOfMiss)) {
                places.set((int) place, copier.isolate(record));
            }
            return true;
        }

        /** Returns how many places keep what they have before one changes. */
        private long skip(double logOfMiss) {
            return (long) (Math.log(1 - random.nextDouble()) / logOfMiss);
        }
    }
}
