package dev.favilla;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the operations mean, said over lists of pairs of numbers, any of which may be null. */
final class PlainLists {

    /** What stands for the value of a side that has none. */
    static final long MISSING = -1_000_003;

    static final Comparator<@Nullable Long> NULLS_FIRST = Comparator.nullsFirst(Comparator.naturalOrder());

    private static final long MOST_ROWS = 200_000;

    private PlainLists() {}

    /** Says that nobody wants to list all that. */
    static final class TooManyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooManyException(long rows) {
            super(rows + " rows");
        }
    }

    private static void requireListable(long rows) {
        if (rows > MOST_ROWS) {
            throw new TooManyException(rows);
        }
    }

    /** Makes one number of the values of two sides, which of them null included. */
    static Long both(@Nullable Long left, @Nullable Long right) {
        return (left == null ? -17 : left) * 31 + (right == null ? -19 : right);
    }

    /** Makes one number of all values, whatever their order. */
    static Long digest(Iterable<? extends @Nullable Long> values) {
        List<@Nullable Long> sorted = new ArrayList<>();
        values.forEach(sorted::add);
        sorted.sort(NULLS_FIRST);
        return (long) sorted.hashCode();
    }

    static Long digests(Iterable<Long> digests) {
        long digest = 7;
        for (Long each : digests) {
            digest = digest * 1_000_003 + each;
        }
        return digest;
    }

    static @Nullable Long added(@Nullable Long left, @Nullable Long right) {
        return left == null || right == null ? (left == null ? right : left) : (Long) (left + right);
    }

    static @Nullable Long larger(@Nullable Long left, @Nullable Long right) {
        return NULLS_FIRST.compare(left, right) > 0 ? left : right;
    }

    static Map<@Nullable Long, List<@Nullable Long>> groups(List<Pair<@Nullable Long, @Nullable Long>> records) {
        Map<@Nullable Long, List<@Nullable Long>> groups = new LinkedHashMap<>();
        records.forEach(record ->
                groups.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record.value()));
        return groups;
    }

    static List<Pair<Long, Long>> eachGroup(List<Pair<Long, Long>> records, Function<List<Long>, Long> function) {
        List<Pair<Long, Long>> result = new ArrayList<>();
        groups(records).forEach((key, values) -> result.add(Pair.of(key, function.apply(values))));
        return result;
    }

    static List<Pair<Long, Long>> reduced(List<Pair<Long, Long>> records, BinaryOperator<Long> merge) {
        return eachGroup(records, values -> {
            Long merged = values.get(0);
            for (Long value : values.subList(1, values.size())) {
                merged = merge.apply(merged, value);
            }
            return merged;
        });
    }

    static List<Pair<Long, Long>> distinct(List<Pair<Long, Long>> records) {
        return new ArrayList<>(new LinkedHashSet<>(records));
    }

    static List<Pair<Long, Long>> subtract(List<Pair<Long, Long>> records, List<Pair<Long, Long>> others) {
        Set<Pair<Long, Long>> gone = new LinkedHashSet<>(others);
        return records.stream().filter(record -> !gone.contains(record)).toList();
    }

    static List<Pair<Long, Long>> intersection(List<Pair<Long, Long>> records, List<Pair<Long, Long>> others) {
        Set<Pair<Long, Long>> common = new LinkedHashSet<>(records);
        common.retainAll(new LinkedHashSet<>(others));
        return new ArrayList<>(common);
    }

    static List<Pair<Long, Long>> subtractByKey(List<Pair<Long, Long>> records, List<Pair<Long, Long>> others) {
        Map<Long, List<Long>> gone = groups(others);
        return records.stream()
                .filter(record -> !gone.containsKey(record.key()))
                .toList();
    }

    static List<Pair<Long, Long>> union(List<Pair<Long, Long>> records, List<Pair<Long, Long>> others) {
        List<Pair<Long, Long>> all = new ArrayList<>(records);
        all.addAll(others);
        return all;
    }

    static List<Pair<Long, Long>> cartesian(List<Pair<Long, Long>> records, List<Pair<Long, Long>> others) {
        requireListable((long) records.size() * others.size());
        List<Pair<Long, Long>> rows = new ArrayList<>();
        for (Pair<Long, Long> left : records) {
            for (Pair<Long, Long> right : others) {
                rows.add(crossed(left, right));
            }
        }
        return rows;
    }

    static Pair<Long, Long> crossed(Pair<Long, Long> left, Pair<Long, Long> right) {
        return Pair.of(left.key(), both(left.value(), both(right.key(), right.value())));
    }

    /** @param leftToo whether rows without a right side stay, and so {@code rightToo} */
    static List<Pair<Long, Long>> join(
            List<Pair<Long, Long>> records, List<Pair<Long, Long>> others, boolean leftToo, boolean rightToo) {
        Map<Long, List<Long>> lefts = groups(records);
        Map<Long, List<Long>> rights = groups(others);
        Set<Long> keys = new LinkedHashSet<>(lefts.keySet());
        keys.addAll(rights.keySet());
        List<Pair<Long, Long>> rows = new ArrayList<>();
        for (Long key : keys) {
            List<Long> left = sideOf(lefts, key, rightToo);
            List<Long> right = sideOf(rights, key, leftToo);
            requireListable(rows.size() + (long) left.size() * right.size());
            left.forEach(l -> right.forEach(r -> rows.add(Pair.of(key, both(l, r)))));
        }
        return rows;
    }

    private static List<Long> sideOf(Map<Long, List<Long>> side, Long key, boolean otherStays) {
        List<Long> missing = otherStays ? List.of(MISSING) : List.of();
        return side.getOrDefault(key, missing);
    }

    /** @param sides all inputs, the left one first */
    static List<Pair<Long, Long>> cogroup(List<List<Pair<Long, Long>>> sides) {
        List<Map<Long, List<Long>>> grouped =
                sides.stream().map(PlainLists::groups).toList();
        Set<Long> keys = new LinkedHashSet<>();
        grouped.forEach(side -> keys.addAll(side.keySet()));
        return keys.stream()
                .map(key -> Pair.of(
                        key,
                        digests(grouped.stream()
                                .map(side -> digest(side.getOrDefault(key, List.of())))
                                .toList())))
                .toList();
    }

    static <T> List<T> flat(List<List<T>> partitions) {
        List<T> all = new ArrayList<>();
        partitions.forEach(all::addAll);
        return all;
    }

    static <T> List<T> sorted(List<T> records, Comparator<? super T> order) {
        List<T> sorted = new ArrayList<>(records);
        sorted.sort(order);
        return sorted;
    }

    static <T> Map<T, Integer> multiset(List<T> records) {
        Map<T, Integer> counts = new HashMap<>();
        records.forEach(record -> counts.merge(record, 1, Integer::sum));
        return Collections.unmodifiableMap(counts);
    }
}
