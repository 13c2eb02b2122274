package dev.favilla.rdd.sample;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import dev.favilla.rdd.EntryFormat;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A key with all of its values becomes entries of some of them, drawn by chance: exactly as many as its rate says of their
 * number, rounded up. Values stay in their order.
 *
 * @param rates the share of each key's values to draw
 * @param withReplacement whether a value may be drawn several times
 * @param entries takes groups apart and makes the entries
 * @param seed chance
 */
public record SampleGroupsOperator(
        Closure<MapFunction<@Nullable Object, Double>> rates, boolean withReplacement, EntryFormat entries, long seed)
        implements Operator.Push {

    @Override
    public String name() {
        return "sampleByKeyExact";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(rates);
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new DrawingSink(this, result, downstream, inputs.scope());
    }

    private static final class DrawingSink extends Sink {

        private static final int CHECK_MASK = 63;

        private final SampleGroupsOperator operator;
        private final LineageNode dataset;
        private final MapFunction<@Nullable Object, Double> rateOf;
        private final SplittableRandom random;
        private Sink downstream;
        private final TaskScope scope;
        private int steps;

        DrawingSink(SampleGroupsOperator operator, DatasetPartition result, Sink downstream, TaskScope scope) {
            this.operator = operator;
            this.dataset = result.dataset();
            this.rateOf = operator.rates.forTask(scope);
            this.random = SampleOperator.chance(operator.seed, result.number());
            this.downstream = downstream;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object group) throws Exception {
            Object key = operator.entries.key(group);
            Iterable<?> values = (Iterable<?>) operator.entries.value(group);
            if (values == null) {
                throw new IllegalStateException("a key without values: a bug in Favilla");
            }
            double rate;
            try {
                rate = rateOf.call(key);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, key, e);
            }
            long size = 0;
            for (Iterator<?> each = values.iterator(); each.hasNext(); each.next()) {
                step();
                size++;
            }
            long wanted = (long) Math.ceil(rate * size);
            return operator.withReplacement
                    ? drawAgain(key, values, size, wanted)
                    : drawOnce(key, values, size, Math.min(wanted, size));
        }

        /** Each value with the chance that what is still wanted has among what is left: always exact in the end. */
        private boolean drawOnce(@Nullable Object key, Iterable<?> values, long size, long wanted) throws Exception {
            long left = size;
            long missing = wanted;
            for (Iterator<?> each = values.iterator(); missing > 0; left--) {
                Object value = each.next();
                step();
                if (random.nextDouble() * left < missing) {
                    missing--;
                    if (!downstream.push(operator.entries.record(key, value))) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** Places drawn evenly, in ascending order: the smallest of {@code n} lies where the {@code n}th root says. */
        private boolean drawAgain(@Nullable Object key, Iterable<?> values, long size, long wanted) throws Exception {
            Iterator<?> each = values.iterator();
            Object value = null;
            long read = 0;
            double place = 0;
            for (long missing = wanted; missing > 0; missing--) {
                place = 1 - (1 - place) * Math.pow(1 - random.nextDouble(), 1.0 / missing);
                long index = Math.min(size - 1, (long) (place * size));
                while (read <= index) {
                    value = each.next();
                    read++;
                }
                step();
                if (!downstream.push(operator.entries.record(key, value))) {
                    return false;
                }
            }
            return true;
        }

        private void step() {
            if ((++steps & CHECK_MASK) == 0) { // one group may be of any size
                scope.checkKilled();
            }
        }

        @Override
        public boolean passOnTo(Sink other) {
            downstream = other;
            return true;
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}
