package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.sample.SampleByKeyOperator;
import dev.favilla.rdd.sample.SampleGroupsOperator;
import dev.favilla.rdd.sample.SampleOperator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** What samples are made of. */
final class Sampling {

    /** More than this often, on average, no record is drawn. */
    private static final double MOST_OFTEN = 1_000_000;

    private Sampling() {}

    static LineageNode sample(RDD<?> records, boolean withReplacement, double fraction, long seed, CallSite site) {
        check("fraction", fraction, withReplacement);
        return records.narrow(site, new SampleOperator(draw(withReplacement, fraction), seed));
    }

    private static SampleOperator.Draw draw(boolean withReplacement, double fraction) {
        return withReplacement ? new SampleOperator.Poisson(fraction) : new SampleOperator.Within(0, fraction);
    }

    /** Also refuses NaN. */
    private static void check(String name, double fraction, boolean withReplacement) {
        double most = withReplacement ? MOST_OFTEN : 1;
        if (!(fraction >= 0 && fraction <= most)) {
            throw new IllegalArgumentException(name + " must be from 0 to " + (long) most + " "
                    + (withReplacement ? "with" : "without") + " replacement, got " + fraction);
        }
    }

    /** Each record is in the part whose share of the numbers from 0 to 1 its own number lies in. */
    static List<LineageNode> split(RDD<?> records, double[] weights, long seed, CallSite site) {
        double sum = 0;
        for (double weight : notNull(weights, "weights")) {
            if (!(weight >= 0)) {
                throw new IllegalArgumentException("weights must be >= 0, got " + Arrays.toString(weights));
            }
            sum += weight;
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException(
                    "weights must have a sum above 0 that is finite, got " + Arrays.toString(weights));
        }
        List<LineageNode> parts = new ArrayList<>();
        double from = 0;
        double weight = 0;
        for (int i = 0; i < weights.length; i++) {
            weight += weights[i];
            double to = i == weights.length - 1 ? 1 : Math.min(1, weight / sum); // the last one ends at 1 exactly
            parts.add(records.narrow(site, new SampleOperator(new SampleOperator.Within(from, to), seed)));
            from = to;
        }
        return parts;
    }

    static LineageNode byKey(
            PairRDD<?, ?> pairs, boolean withReplacement, Map<?, Double> fractions, long seed, CallSite site) {
        Map<Object, SampleOperator.Draw> draws = new HashMap<>();
        checked(fractions, withReplacement).forEach((key, fraction) -> draws.put(key, draw(withReplacement, fraction)));
        return pairs.narrow(
                site, new SampleByKeyOperator(pairs.capture(new OfKey<>(draws), site), PairFormat.of(site), seed));
    }

    /** @param groups the values of each key */
    static LineageNode exactlyByKey(
            PairRDD<?, ? extends Iterable<?>> groups,
            boolean withReplacement,
            Map<?, Double> fractions,
            long seed,
            CallSite site) {
        OfKey<Double> rates = new OfKey<>(checked(fractions, withReplacement));
        return groups.narrow(
                site,
                new SampleGroupsOperator(groups.capture(rates, site), withReplacement, PairFormat.of(site), seed));
    }

    private static Map<Object, Double> checked(Map<?, Double> fractions, boolean withReplacement) {
        Map<Object, Double> copy = new HashMap<>();
        for (Map.Entry<?, Double> each : notNull(fractions, "fractions").entrySet()) {
            String name = "the fraction of key " + each.getKey();
            check(name, notNull(each.getValue(), name), withReplacement);
            copy.put(each.getKey(), each.getValue());
        }
        return copy;
    }

    /**
     * What was said about a key.
     *
     * @param known of each key
     */
    record OfKey<R>(Map<Object, R> known) implements MapFunction<@Nullable Object, R> {

        /** @throws NoSuchElementException if nothing was */
        @Override
        public R call(@Nullable Object key) {
            R found = known.get(key);
            if (found == null) {
                throw new NoSuchElementException(
                        "there is no fraction for the key " + key + "; give one, or filter its records out before");
            }
            return found;
        }
    }
}
