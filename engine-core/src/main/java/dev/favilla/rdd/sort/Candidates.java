package dev.favilla.rdd.sort;

import dev.favilla.spill.RecordOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of a sample, each with how many records it stands for. */
final class Candidates {

    private final List<Candidate> all = new ArrayList<>();

    private record Candidate(@Nullable Object key, double weight) {}

    void add(List<?> keys, double weight) {
        keys.forEach(key -> all.add(new Candidate(key, weight)));
    }

    void add(List<?> keys, List<Double> weights) {
        for (int i = 0; i < keys.size(); i++) {
            all.add(new Candidate(keys.get(i), weights.get(i)));
        }
    }

    int size() {
        return all.size();
    }

    List<@Nullable Object> keys() {
        List<@Nullable Object> keys = new ArrayList<>(all.size());
        all.forEach(candidate -> keys.add(candidate.key));
        return keys;
    }

    List<Double> weights() {
        List<Double> weights = new ArrayList<>(all.size());
        all.forEach(candidate -> weights.add(candidate.weight));
        return weights;
    }

    /** Returns at most {@code ranges} - 1 keys, strictly ascending, with about the same weight between any two. */
    List<@Nullable Object> bounds(int ranges, RecordOrder order) {
        sort(order);
        double step = all.stream().mapToDouble(Candidate::weight).sum() / Math.max(1, ranges);
        double target = step;
        double before = 0;
        List<@Nullable Object> bounds = new ArrayList<>();
        for (Candidate candidate : all) {
            if (bounds.size() >= ranges - 1) {
                break;
            }
            before += candidate.weight;
            boolean higher = bounds.isEmpty() || order.compare(candidate.key, bounds.get(bounds.size() - 1)) > 0;
            if (before >= target && higher) {
                bounds.add(candidate.key);
                target += step;
            }
        }
        return bounds;
    }

    private void sort(RecordOrder order) {
        if (!all.isEmpty()) {
            order.compare(all.get(0).key, all.get(0).key); // one that cannot be compared fails, even if it is alone
        }
        try {
            all.sort((left, right) -> order.compare(left.key, right.key));
        } catch (IllegalArgumentException e) { // the user's own come out of compare as others
            RuntimeException failure = order.contradiction(String.valueOf(e.getMessage()));
            failure.addSuppressed(e);
            throw failure;
        }
    }
}
