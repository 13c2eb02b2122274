package dev.favilla;

import dev.favilla.OracleStep.InEngine;
import dev.favilla.OracleStep.OverLists;
import dev.favilla.OracleStep.Promise;
import dev.favilla.function.ReduceFunction;
import dev.favilla.shuffle.HashPartitioner;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The steps that bring records of bare numbers and texts together, which the engine keeps as bits as long as all are of
 * one type, to draw from at random. Records become such before the step and tokens again after it.
 */
final class OracleTypedSteps {

    private OracleTypedSteps() {}

    static OracleStep random(SplittableRandom random) {
        Typing typing = new Typing(form(random), form(random), random.nextInt(3) > 0);
        int partitions = random.nextInt(1, 6);
        List<OracleStep> steps = new ArrayList<>();
        merging(typing, partitions, steps);
        mergingBits(typing, partitions, steps);
        grouping(typing, partitions, steps);
        joining(typing, partitions, steps);
        sets(typing, partitions, steps);
        if (typing.keys().isOrdered()) {
            sorting(typing, partitions, random.nextBoolean(), steps);
        }
        return steps.get(random.nextInt(steps.size()));
    }

    private static OracleForm form(SplittableRandom random) {
        return OracleForm.values()[random.nextInt(OracleForm.values().length)];
    }

    /**
     * What records are made of.
     *
     * @param clean whether there is a number in place of null
     */
    private record Typing(OracleForm keys, OracleForm values, boolean clean) implements Serializable {

        PairRDD<Object, Object> typed(PairRDD<Token, Token> dataset) {
            return dataset.mapToPair(pair -> {
                Pair<Long, Long> numbers = plain(Token.numbers(pair));
                return Pair.of(keys.orNull(numbers.key()), values.orNull(numbers.value()));
            });
        }

        PairRDD<Object, Long> withLongs(PairRDD<Token, Token> dataset) {
            return dataset.mapToPair(pair -> Pair.of(
                    keys.orNull(plain(Token.numbers(pair)).key()),
                    zeroIfNull(plain(Token.numbers(pair)).value())));
        }

        Pair<Long, Long> plain(Pair<Long, Long> numbers) {
            return clean ? Pair.of(zeroIfNull(numbers.key()), zeroIfNull(numbers.value())) : numbers;
        }

        List<Pair<Long, Long>> plain(List<Pair<Long, Long>> records) {
            return records.stream().map(this::plain).toList();
        }

        List<Pair<Long, Long>> valuesPresent(List<Pair<Long, Long>> records) {
            return records.stream()
                    .map(record -> Pair.of(plain(record).key(), zeroIfNull(record.value())))
                    .toList();
        }

        ReduceFunction<Object> adding() {
            return (left, right) -> values.orNull(PlainLists.added(OracleForm.number(left), OracleForm.number(right)));
        }

        @Override
        public String toString() {
            return keys + " to " + values + (clean ? "" : " or null");
        }
    }

    private static Long zeroIfNull(@Nullable Long number) {
        return number == null ? (Long) 0L : number;
    }

    private static PairRDD<Token, Token> tokens(PairRDD<?, ?> typed) {
        return typed.mapToPair(
                pair -> Pair.of(Token.of(OracleForm.number(pair.key())), Token.of(OracleForm.number(pair.value()))));
    }

    private static OracleStep step(String name, Typing typing, InEngine inEngine, OverLists overLists) {
        return new OracleStep(name + " of " + typing, inEngine, overLists, Promise.NONE);
    }

    private static void merging(Typing typing, int n, List<OracleStep> steps) {
        steps.add(step(
                "typed reduceByKey(add, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).reduceByKey(typing.adding(), n)),
                (records, side) -> PlainLists.reduced(typing.plain(records), PlainLists::added)));
        ReduceFunction<Object> larger =
                (l, r) -> PlainLists.NULLS_FIRST.compare(OracleForm.number(l), OracleForm.number(r)) > 0 ? l : r;
        steps.add(step(
                "typed reduceByKey(larger)",
                typing,
                (d, side) -> tokens(typing.typed(d).reduceByKey(larger)),
                (records, side) -> PlainLists.reduced(typing.plain(records), PlainLists::larger)));
        steps.add(step(
                "typed aggregateByKey(count, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).aggregateByKey(0L, n, (count, value) -> count + 1, Long::sum)),
                (records, side) -> PlainLists.eachGroup(typing.plain(records), values -> Long.valueOf(values.size()))));
        steps.add(step(
                "typed values counted by themselves",
                typing,
                (d, side) -> tokens(typing.typed(d)
                        .values()
                        .mapToPair(value -> Pair.of(value, 1L))
                        .reduceByKey(Long::sum)),
                (records, side) ->
                        PlainLists.eachGroup(swapped(typing.plain(records)), values -> Long.valueOf(values.size()))));
        steps.add(step(
                "typed partitionBy and reduceByKey(add, " + n + ")",
                typing,
                (d, side) -> {
                    PairRDD<Object, Object> placed = typing.typed(d).partitionBy(new HashPartitioner(n));
                    return tokens(
                            placed.mapValues(value -> value).reduceByKey(new HashPartitioner(n), typing.adding()));
                },
                (records, side) -> PlainLists.reduced(typing.plain(records), PlainLists::added)));
    }

    private static List<Pair<Long, Long>> swapped(List<Pair<Long, Long>> records) {
        return records.stream()
                .map(record -> Pair.of(record.value(), record.key()))
                .toList();
    }

    private static void mergingBits(Typing typing, int n, List<OracleStep> steps) {
        bits("typed reduceByKey(Long::sum, " + n + ")", Long::sum, Long::sum, typing, n, steps);
        bits("typed reduceByKey(Long::max, " + n + ")", Long::max, Long::max, typing, n, steps);
        steps.add(step(
                "typed reduceByKey(Integer::sum, " + n + ")",
                typing,
                (d, side) -> tokens(typing.withLongs(d)
                        .mapValues(value -> (int) (value % 1000))
                        .reduceByKey(Integer::sum, n)),
                (records, side) -> PlainLists.reduced(remainders(typing, records), PlainLists::added)));
        steps.add(step(
                "typed reduceByKey(Double::sum, " + n + ")",
                typing,
                (d, side) -> tokens(typing.withLongs(d)
                        .mapValues(value -> (double) (value % 1000))
                        .reduceByKey(Double::sum, n)
                        .mapValues(Double::longValue)),
                (records, side) -> PlainLists.reduced(remainders(typing, records), PlainLists::added)));
        steps.add(step(
                "typed reduceByKey(Long::sum), swapped, reduceByKey(" + n + ")",
                typing,
                (d, side) -> tokens(typing.withLongs(d)
                        .reduceByKey(Long::sum)
                        .mapToPair(pair -> Pair.of(pair.value(), zeroIfNull(OracleForm.number(pair.key()))))
                        .reduceByKey(Long::max, n)),
                (records, side) -> PlainLists.reduced(
                        swapped(PlainLists.reduced(typing.valuesPresent(records), Long::sum)).stream()
                                .map(pair -> Pair.of(pair.key(), zeroIfNull(pair.value())))
                                .toList(),
                        Long::max)));
    }

    private static void bits(
            String name,
            ReduceFunction<Long> merge,
            BinaryOperator<Long> plainly,
            Typing typing,
            int n,
            List<OracleStep> steps) {
        steps.add(step(
                name,
                typing,
                (d, side) -> tokens(typing.withLongs(d).reduceByKey(merge, n)),
                (records, side) -> PlainLists.reduced(typing.valuesPresent(records), plainly)));
    }

    private static List<Pair<Long, Long>> remainders(Typing typing, List<Pair<Long, Long>> records) {
        return typing.valuesPresent(records).stream()
                .map(record -> Pair.of(record.key(), (Long) (record.value() % 1000)))
                .toList();
    }

    private static void grouping(Typing typing, int n, List<OracleStep> steps) {
        steps.add(step(
                "typed groupByKey(" + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).groupByKey(n).mapValues(OracleTypedSteps::digest)),
                (records, side) -> PlainLists.eachGroup(typing.plain(records), PlainLists::digest)));
        steps.add(step(
                "typed groupByKey(" + n + ").flatMapValues(itself)",
                typing,
                (d, side) -> tokens(typing.typed(d).groupByKey(n).flatMapValues(group -> group)),
                (records, side) -> typing.plain(records)));
        steps.add(step(
                "typed cogroup(side, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d)
                        .cogroup(typing.typed(side), n)
                        .mapValues(
                                group -> PlainLists.digests(List.of(digest(group.first()), digest(group.second()))))),
                (records, side) -> PlainLists.cogroup(List.of(typing.plain(records), typing.plain(side)))));
    }

    private static Long digest(Iterable<?> values) {
        List<@Nullable Long> numbers = new ArrayList<>();
        values.forEach(value -> numbers.add(OracleForm.number(value)));
        return PlainLists.digest(numbers);
    }

    private static Long both(@Nullable Object left, @Nullable Object right) {
        return PlainLists.both(OracleForm.number(left), OracleForm.number(right));
    }

    private static void joining(Typing typing, int n, List<OracleStep> steps) {
        steps.add(step(
                "typed join(side, " + n + ")",
                typing,
                (d, side) -> tokens(
                        typing.typed(d).join(typing.typed(side), n).mapValues(row -> both(row.key(), row.value()))),
                (records, side) -> PlainLists.join(typing.plain(records), typing.plain(side), false, false)));
        steps.add(step(
                "typed leftOuterJoin(side, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d)
                        .leftOuterJoin(typing.typed(side), n)
                        .mapValues(
                                row -> both(row.left(), row.hasRight() ? row.right() : (Object) PlainLists.MISSING))),
                (records, side) -> PlainLists.join(typing.plain(records), typing.plain(side), true, false)));
        UnaryOperator<List<Pair<Long, Long>>> sums =
                records -> PlainLists.reduced(typing.valuesPresent(records), Long::sum);
        steps.add(step(
                "typed join(reduced side, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d)
                        .join(typing.withLongs(side).reduceByKey(Long::sum, n), n)
                        .mapValues(row -> both(row.key(), row.value()))),
                (records, side) -> PlainLists.join(typing.plain(records), sums.apply(side), false, false)));
        steps.add(step(
                "typed side.join(reduced with values + 1)",
                typing,
                (d, side) -> tokens(typing.typed(side)
                        .join(typing.withLongs(d).reduceByKey(Long::sum, n).mapValues(sum -> sum + 1), n)
                        .mapValues(row -> both(row.key(), row.value()))),
                (records, side) -> PlainLists.join(
                        typing.plain(side),
                        sums.apply(records).stream()
                                .map(sum -> Pair.of(sum.key(), (Long) (sum.value() + 1)))
                                .toList(),
                        false,
                        false)));
        steps.add(step(
                "typed joinBroadcast(side)",
                typing,
                (d, side) -> tokens(typing.typed(d)
                        .joinBroadcast(typing.typed(side))
                        .mapValues(row -> both(row.key(), row.value()))),
                (records, side) -> PlainLists.join(typing.plain(records), typing.plain(side), false, false)));
    }

    private static void sets(Typing typing, int n, List<OracleStep> steps) {
        steps.add(step(
                "typed distinct(" + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).distinct(n)),
                (records, side) -> PlainLists.distinct(typing.plain(records))));
        steps.add(step(
                "typed keys().distinct(" + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).keys().distinct(n).mapToPair(key -> Pair.of(key, key))),
                (records, side) -> PlainLists.distinct(typing.plain(records).stream()
                        .map(record -> Pair.of(record.key(), record.key()))
                        .toList())));
        steps.add(step(
                "typed cache().subtractByKey(side, " + n + ")",
                typing,
                (d, side) -> tokens(typing.typed(d).cache().subtractByKey(typing.typed(side), n)),
                (records, side) -> PlainLists.subtractByKey(typing.plain(records), typing.plain(side))));
        steps.add(step(
                "typed values().cache().keyBy(itself)",
                typing,
                (d, side) -> tokens(typing.typed(d).values().cache().keyBy(value -> value)),
                (records, side) -> typing.plain(records).stream()
                        .map(record -> Pair.of(record.value(), record.value()))
                        .toList()));
        steps.add(step(
                "typed intersection(side, " + n + ")",
                typing,
                (d, side) -> tokens(PairRDD.of(typing.typed(d).intersection(typing.typed(side), n))),
                (records, side) -> PlainLists.intersection(typing.plain(records), typing.plain(side))));
    }

    @SuppressWarnings("unchecked") // asked for where all keys are of one type that is ordered
    private static void sorting(Typing typing, int n, boolean ascending, List<OracleStep> steps) {
        Typing present = new Typing(typing.keys(), typing.values(), true);
        Comparator<Pair<Long, Long>> byKey =
                Comparator.comparing(pair -> (Comparable<Object>) typing.keys().of(pair.key()));
        steps.add(new OracleStep(
                "typed sortByKey(" + ascending + ", " + n + ") of " + present,
                (d, side) -> tokens(present.typed(d).sortByKey(ascending, n)),
                (records, side) -> present.plain(records),
                Promise.sorted(ascending ? byKey : byKey.reversed())));
        Comparator<Pair<Long, Long>> byDouble = Comparator.comparing(pair -> real(pair.value()));
        steps.add(new OracleStep(
                "typed sortBy(value as double, " + n + ") of " + present,
                (d, side) ->
                        tokens(present.typed(d).sortBy(pair -> real(OracleForm.number(pair.value())), ascending, n)),
                (records, side) -> present.plain(records),
                Promise.sorted(ascending ? byDouble : byDouble.reversed())));
    }

    private static double real(long number) {
        return number % 5 == 0 ? -0.0 : (number % 1000) / 8.0;
    }
}
