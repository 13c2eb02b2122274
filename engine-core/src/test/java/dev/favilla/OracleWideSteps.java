package dev.favilla;

import dev.favilla.OracleStep.InEngine;
import dev.favilla.OracleStep.OverLists;
import dev.favilla.OracleStep.Promise;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.MapPartitionsFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.shuffle.Partitioner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** The steps that bring records together, to draw from at random. */
final class OracleWideSteps {

    /** What the names of steps over records that are used again end with. */
    static final String USED_AGAIN = " of records used again";

    private static final Comparator<Pair<Long, Long>> BY_KEY = Comparator.comparing(Pair::key, PlainLists.NULLS_FIRST);
    private static final Comparator<Pair<Long, Long>> BY_VALUE =
            Comparator.comparing(Pair::value, PlainLists.NULLS_FIRST);

    private OracleWideSteps() {}

    static OracleStep random(SplittableRandom random) {
        OracleTarget target = OracleTarget.random(random);
        long number = random.nextLong(1, 6);
        boolean ascending = random.nextBoolean();
        List<OracleStep> steps = new ArrayList<>();
        combining(target, number, steps);
        sets(target, number, steps);
        joins(target, steps);
        cogroups(target, number, steps);
        sorts(target, number, ascending, steps);
        OracleStep step = steps.get(random.nextInt(steps.size()));
        return random.nextInt(3) == 0 ? overRecordsUsedAgain(step) : step;
    }

    /** The same, where both inputs come as one pair that is changed for each record. */
    private static OracleStep overRecordsUsedAgain(OracleStep step) {
        MapPartitionsFunction<Pair<Token, Token>, Pair<Token, Token>> used = new Token.UsedAgain();
        return new OracleStep(
                step.name() + USED_AGAIN,
                (d, side) -> copied(step.inEngine()
                        .apply(PairRDD.of(d.mapPartitions(used, true)), PairRDD.of(side.mapPartitions(used, true)))),
                step.overLists(),
                step.promise());
    }

    /** What streams through an operation is not held by it, so that it may still be the pair that is used again. */
    private static PairRDD<Token, Token> copied(PairRDD<Token, Token> dataset) {
        return PairRDD.of(dataset.mapPartitions(OracleWideSteps::copies, true));
    }

    private static Iterator<Pair<Token, Token>> copies(Iterator<Pair<Token, Token>> records) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public Pair<Token, Token> next() {
                return Token.pair(Token.numbers(records.next()));
            }
        };
    }

    private static void combining(OracleTarget target, long number, List<OracleStep> steps) {
        ReduceFunction<Token> add = Token::addedInPlace;
        ReduceFunction<Token> larger = Token::larger;
        steps.add(new OracleStep(
                "reduceByKey(add in place " + target + ")",
                reduced(target, add),
                (records, side) -> PlainLists.reduced(records, PlainLists::added),
                target.promise()));
        steps.add(new OracleStep(
                "reduceByKey(larger " + target + ")",
                reduced(target, larger),
                (records, side) -> PlainLists.reduced(records, PlainLists::larger),
                target.promise()));
        CombineFunction<Token, Token> add3 = (sum, value) -> sum.plus(timesOrOne(Token.number(value), number));
        steps.add(new OracleStep(
                "aggregateByKey(value * " + number + " " + target + ")",
                (d, side) -> target.pick(
                        () -> d.aggregateByKey(new Token(0), add3, add),
                        () -> d.aggregateByKey(new Token(0), target.partitions(), add3, add),
                        () -> d.aggregateByKey(new Token(0), target.partitioner(), add3, add)),
                (records, side) -> PlainLists.eachGroup(
                        records,
                        values -> values.stream()
                                .mapToLong(value -> timesOrOne(value, number))
                                .sum()),
                target.promise()));
        steps.add(new OracleStep(
                "groupByKey(" + target + ")",
                (d, side) -> digested(target.pick(
                        d::groupByKey,
                        () -> d.groupByKey(target.partitions()),
                        () -> d.groupByKey(target.partitioner()))),
                (records, side) -> PlainLists.eachGroup(records, PlainLists::digest),
                target.promise()));
        steps.add(new OracleStep(
                "groupBy(value)",
                (d, side) -> d.groupBy(Pair::value).mapValues(group -> Token.of(digest(keys(group)))),
                (records, side) -> PlainLists.eachGroup(
                        records.stream().map(p -> Pair.of(p.value(), p.key())).toList(), PlainLists::digest),
                Promise.NONE));
    }

    private static InEngine reduced(OracleTarget target, ReduceFunction<Token> merge) {
        return (d, side) -> target.pick(
                () -> d.reduceByKey(merge),
                () -> d.reduceByKey(merge, target.partitions()),
                () -> d.reduceByKey(target.partitioner(), merge));
    }

    private static long timesOrOne(Long value, long number) {
        return value == null ? 1 : value * number;
    }

    private static PairRDD<Token, Token> digested(PairRDD<Token, Iterable<Token>> groups) {
        return groups.mapValues(group -> Token.of(digest(group)));
    }

    private static Long digest(Iterable<Token> tokens) {
        List<Long> numbers = new ArrayList<>();
        tokens.forEach(token -> numbers.add(Token.number(token)));
        return PlainLists.digest(numbers);
    }

    private static Iterable<Token> keys(Iterable<Pair<Token, Token>> pairs) {
        List<Token> keys = new ArrayList<>();
        pairs.forEach(pair -> keys.add(pair.key()));
        return keys;
    }

    private static void sets(OracleTarget target, long number, List<OracleStep> steps) {
        steps.add(new OracleStep(
                "distinct(" + target + ")",
                (d, side) -> target.pick(d::distinct, () -> d.distinct(target.partitions()), d::distinct),
                (records, side) -> PlainLists.distinct(records),
                Promise.NONE));
        steps.add(new OracleStep(
                "subtract(side " + target + ")",
                (d, side) -> target.pick(
                        () -> d.subtract(side),
                        () -> d.subtract(side, target.partitions()),
                        () -> d.subtract(side, new OfPairs(target.partitions()))),
                PlainLists::subtract,
                Promise.NONE));
        steps.add(new OracleStep(
                "intersection(side " + target + ")",
                (d, side) -> target.pick(
                        () -> d.intersection(side),
                        () -> d.intersection(side, target.partitions()),
                        () -> d.intersection(side, new OfPairs(target.partitions()))),
                PlainLists::intersection,
                Promise.NONE));
        steps.add(new OracleStep(
                "partitionBy(" + target.partitioner() + ")",
                (d, side) -> d.partitionBy(target.partitioner()),
                (records, side) -> records,
                Promise.placed(target.partitioner())));
        steps.add(new OracleStep(
                "cartesian(side where key below " + (number - 4) + ")",
                (d, side) -> d.cartesian(side.filter(p -> OracleSteps.below(Token.numbers(p), number - 4)))
                        .mapToPair(
                                p -> Token.pair(PlainLists.crossed(Token.numbers(p.key()), Token.numbers(p.value())))),
                (records, side) -> PlainLists.cartesian(
                        records,
                        side.stream()
                                .filter(p -> OracleSteps.below(p, number - 4))
                                .toList()),
                Promise.NONE));
    }

    /** Whole records are the keys of set operations. */
    private record OfPairs(int numPartitions) implements Partitioner {

        @Override
        public int partition(Object key) {
            return Math.floorMod(Objects.hashCode(key), numPartitions);
        }
    }

    private static void joins(OracleTarget target, List<OracleStep> steps) {
        int n = target.partitions();
        Partitioner by = target.partitioner();
        steps.add(new OracleStep(
                "join(side " + target + ")",
                (d, side) -> target.pick(() -> d.join(side), () -> d.join(side, n), () -> d.join(side, by))
                        .mapValues(
                                row -> Token.of(PlainLists.both(Token.number(row.key()), Token.number(row.value())))),
                (records, side) -> PlainLists.join(records, side, false, false),
                target.promise()));
        steps.add(outer(
                "leftOuterJoin",
                target,
                (d, side) -> joined(target.pick(
                        () -> d.leftOuterJoin(side), () -> d.leftOuterJoin(side, n), () -> d.leftOuterJoin(side, by))),
                (records, side) -> PlainLists.join(records, side, true, false)));
        steps.add(new OracleStep(
                "joinBroadcast(side)",
                (d, side) -> d.joinBroadcast(side)
                        .mapValues(
                                row -> Token.of(PlainLists.both(Token.number(row.key()), Token.number(row.value())))),
                (records, side) -> PlainLists.join(records, side, false, false),
                Promise.NONE));
        steps.add(new OracleStep(
                "leftOuterJoinBroadcast(side)",
                (d, side) -> joined(d.leftOuterJoinBroadcast(side)),
                (records, side) -> PlainLists.join(records, side, true, false),
                Promise.NONE));
        steps.add(outer(
                "rightOuterJoin",
                target,
                (d, side) -> joined(target.pick(
                        () -> d.rightOuterJoin(side),
                        () -> d.rightOuterJoin(side, n),
                        () -> d.rightOuterJoin(side, by))),
                (records, side) -> PlainLists.join(records, side, false, true)));
        steps.add(outer(
                "fullOuterJoin",
                target,
                (d, side) -> joined(target.pick(
                        () -> d.fullOuterJoin(side), () -> d.fullOuterJoin(side, n), () -> d.fullOuterJoin(side, by))),
                (records, side) -> PlainLists.join(records, side, true, true)));
        steps.add(new OracleStep(
                "join(itself " + target + ")",
                (d, side) -> target.pick(() -> d.join(d), () -> d.join(d, n), () -> d.join(d, by))
                        .mapValues(
                                row -> Token.of(PlainLists.both(Token.number(row.key()), Token.number(row.value())))),
                (records, side) -> PlainLists.join(records, records, false, false),
                target.promise()));
        steps.add(new OracleStep(
                "subtractByKey(side " + target + ")",
                (d, side) -> target.pick(
                        () -> d.subtractByKey(side), () -> d.subtractByKey(side, n), () -> d.subtractByKey(side, by)),
                PlainLists::subtractByKey,
                target.promise()));
    }

    private static OracleStep outer(String name, OracleTarget target, InEngine inEngine, OverLists overLists) {
        return new OracleStep(name + "(side " + target + ")", inEngine, overLists, target.promise());
    }

    private static PairRDD<Token, Token> joined(PairRDD<Token, Joined<Token, Token>> rows) {
        return rows.mapValues(row -> Token.of(PlainLists.both(
                row.hasLeft() ? Token.number(row.left()) : (Long) PlainLists.MISSING,
                row.hasRight() ? Token.number(row.right()) : (Long) PlainLists.MISSING)));
    }

    private static void cogroups(OracleTarget target, long number, List<OracleStep> steps) {
        int n = target.partitions();
        Partitioner by = target.partitioner();
        steps.add(new OracleStep(
                "cogroup(side " + target + ")",
                (d, side) -> target.pick(() -> d.cogroup(side), () -> d.cogroup(side, n), () -> d.cogroup(side, by))
                        .mapValues(group -> digests(List.of(group.first(), group.second()))),
                (records, side) -> PlainLists.cogroup(List.of(records, side)),
                target.promise()));
        steps.add(new OracleStep(
                "cogroup(side, itself " + target + ")",
                (d, side) -> target.pick(
                                () -> d.cogroup(side, d), () -> d.cogroup(side, d, n), () -> d.cogroup(side, d, by))
                        .mapValues(group -> digests(List.of(group.first(), group.second(), group.third()))),
                (records, side) -> PlainLists.cogroup(List.of(records, side, records)),
                target.promise()));
        MapFunction<Token, Token> next = value -> Token.of(PlainLists.added(Token.number(value), number));
        steps.add(new OracleStep(
                "cogroup(side, itself, side with values + " + number + " " + target + ")",
                (d, side) -> target.pick(
                                () -> d.cogroup(side, d, side.mapValues(next)),
                                () -> d.cogroup(side, d, side.mapValues(next), n),
                                () -> d.cogroup(side, d, side.mapValues(next), by))
                        .mapValues(group ->
                                digests(List.of(group.first(), group.second(), group.third(), group.fourth()))),
                (records, side) -> PlainLists.cogroup(List.of(
                        records,
                        side,
                        records,
                        side.stream()
                                .map(p -> Pair.of(p.key(), PlainLists.added(p.value(), number)))
                                .toList())),
                target.promise()));
    }

    private static Token digests(List<Iterable<Token>> groups) {
        return Token.of(
                PlainLists.digests(groups.stream().map(OracleWideSteps::digest).toList()));
    }

    private static void sorts(OracleTarget target, long number, boolean ascending, List<OracleStep> steps) {
        int n = target.partitions();
        Partitioner by = target.partitioner();
        OverLists same = (records, side) -> records;
        Comparator<Pair<Long, Long>> byKey = ascending ? BY_KEY : BY_KEY.reversed();
        steps.add(new OracleStep(
                "sortByKey(nulls first, " + ascending + ", " + n + ")",
                (d, side) -> d.sortByKey(Token.NULLS_FIRST, ascending, n),
                same,
                Promise.sorted(byKey)));
        steps.add(new OracleStep(
                "filter(key is not null).sortByKey(" + ascending + ", " + target + ")",
                (d, side) -> {
                    PairRDD<Token, Token> present = d.filter(p -> p.key() != null);
                    PairRDD<Token, Token> sorted = target.pick(
                            () -> present.sortByKey(ascending),
                            () -> present.sortByKey(ascending, n),
                            () -> present.partitionBy(present.rangePartitioner(ascending, n))
                                    .sortByKey(ascending, n));
                    return sorted.mapToPair(p -> p); // a null key of a later side has no place in these ranges
                },
                (records, side) -> records.stream().filter(p -> p.key() != null).toList(),
                Promise.sorted(byKey)));
        steps.add(new OracleStep(
                "sortBy(value, nulls first, " + n + ")",
                (d, side) -> d.sortBy(Pair::value, Token.NULLS_FIRST, n),
                same,
                Promise.sorted(BY_VALUE)));
        Comparator<Pair<Long, Long>> byRemainder = Comparator.comparing(p -> remainder(p.value(), number + 1));
        steps.add(new OracleStep(
                "sortBy(value % " + (number + 1) + ", " + ascending + ", " + n + ")",
                (d, side) -> d.sortBy(p -> remainder(Token.number(p.value()), number + 1), ascending, n),
                same,
                Promise.sorted(ascending ? byRemainder : byRemainder.reversed())));
        steps.add(new OracleStep(
                "repartitionAndSortWithinPartitions(" + by + ", nulls first)",
                (d, side) -> d.repartitionAndSortWithinPartitions(by, Token.NULLS_FIRST),
                same,
                Promise.sortedWithin(by, BY_KEY)));
        steps.add(new OracleStep(
                "sortByKey(nulls first, " + n + ").filterByRange(-1, " + number + ")",
                (d, side) -> d.sortByKey(Token.NULLS_FIRST, ascending, n)
                        .filterByRange(Token.NULLS_FIRST, new Token(-1), new Token(number)),
                (records, side) -> records.stream()
                        .filter(p -> p.key() != null && p.key() >= -1 && p.key() <= number)
                        .toList(),
                Promise.sorted(byKey)));
    }

    private static long remainder(Long value, long by) {
        return value == null ? -1 : Math.floorMod(value, by);
    }
}
