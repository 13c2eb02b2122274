package dev.favilla;

import dev.favilla.OracleStep.InEngine;
import dev.favilla.OracleStep.OverLists;
import dev.favilla.OracleStep.Promise;
import dev.favilla.function.MapFunction;
import dev.favilla.storage.StorageLevel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/** The steps that leave records in their partitions, to draw from at random. */
final class OracleSteps {

    private static final List<StorageLevel> LEVELS = List.of(
            StorageLevel.MEMORY_ONLY,
            StorageLevel.MEMORY_ONLY_SER,
            StorageLevel.MEMORY_AND_DISK,
            StorageLevel.MEMORY_AND_DISK_SER,
            StorageLevel.DISK_ONLY,
            StorageLevel.OFF_HEAP,
            StorageLevel.MEMORY_ONLY_2);

    private OracleSteps() {}

    /** A function of plain numbers. */
    @FunctionalInterface
    interface Change extends Serializable {

        Pair<Long, Long> of(Pair<Long, Long> record);
    }

    /** Any number of records of one. */
    @FunctionalInterface
    interface Expand extends Serializable {

        List<Pair<Long, Long>> of(Pair<Long, Long> record);
    }

    static OracleStep random(SplittableRandom random) {
        long number = random.nextLong(1, 6);
        List<OracleStep> steps = new ArrayList<>();
        oneToOne(number, steps);
        someToSome(number, steps);
        ofPartitions(number, steps);
        StorageLevel level = LEVELS.get(random.nextInt(LEVELS.size()));
        steps.add(narrow("persist(" + level + ")", (d, side) -> kept(d, level), (records, side) -> records));
        steps.add(new OracleStep("union(side)", (d, side) -> d.union(side), PlainLists::union, Promise.NONE));
        steps.add(new OracleStep(
                "union(itself)",
                (d, side) -> d.union(d),
                (records, side) -> PlainLists.union(records, records),
                Promise.NONE));
        return steps.get(random.nextInt(steps.size()));
    }

    static OracleStep narrow(String name, InEngine inEngine, OverLists overLists) {
        return new OracleStep(name, inEngine, overLists, Promise.EACH_PARTITION);
    }

    private static Change change(long number) {
        return record -> Pair.of(
                record.key() == null ? null : (Long) (record.key() - 1),
                record.value() == null ? null : (Long) (record.value() * number));
    }

    private static void oneToOne(long number, List<OracleStep> steps) {
        Change change = change(number);
        OverLists each = (records, side) -> records.stream().map(change::of).toList();
        MapFunction<Pair<Token, Token>, Pair<Token, Token>> inEngine =
                pair -> Token.pair(change.of(Token.numbers(pair)));
        String by = "(key - 1, value * " + number + ")";
        steps.add(narrow("map" + by, (d, side) -> PairRDD.of(d.map(inEngine)), each));
        steps.add(narrow(
                "mapToPair" + by, (d, side) -> d.mapToPair(pair -> Token.pair(change.of(Token.numbers(pair)))), each));
        steps.add(narrow(
                "mapValues(value + " + number + ")",
                (d, side) -> d.mapValues(value -> Token.of(PlainLists.added(Token.number(value), number))),
                (records, side) -> records.stream()
                        .map(p -> Pair.of(p.key(), PlainLists.added(p.value(), number)))
                        .toList()));
        steps.add(narrow(
                "values().keyBy(value % " + number + ")",
                (d, side) -> d.values().keyBy(value -> Token.of(modulo(Token.number(value), number))),
                (records, side) -> records.stream()
                        .map(p -> Pair.of(modulo(p.value(), number), p.value()))
                        .toList()));
        steps.add(narrow(
                "keys().keyBy(itself)",
                (d, side) -> d.keys().keyBy(key -> key),
                (records, side) ->
                        records.stream().map(p -> Pair.of(p.key(), p.key())).toList()));
    }

    private static Long modulo(Long value, long number) {
        return value == null ? null : (Long) Math.floorMod(value, number);
    }

    private static void someToSome(long number, List<OracleStep> steps) {
        Expand expand = record ->
                Collections.nCopies((int) (record.value() == null ? 1 : Math.floorMod(record.value(), 3L)), record);
        OverLists each = (records, side) ->
                records.stream().flatMap(p -> expand.of(p).stream()).toList();
        steps.add(narrow(
                "filter(value % 6 != " + number + ")",
                (d, side) -> d.filter(pair -> keeps(Token.numbers(pair), number)),
                (records, side) ->
                        records.stream().filter(p -> keeps(p, number)).toList()));
        steps.add(narrow(
                "filter(key is not null and below " + number + ")",
                (d, side) -> d.filter(pair -> below(Token.numbers(pair), number)),
                (records, side) ->
                        records.stream().filter(p -> below(p, number)).toList()));
        steps.add(narrow(
                "flatMap(value % 3 times)", (d, side) -> PairRDD.of(d.flatMap(p -> expanded(expand, p))), each));
        steps.add(narrow(
                "flatMapToPair(value % 3 times)", (d, side) -> d.flatMapToPair(p -> expanded(expand, p)), each));
        steps.add(narrow(
                "mapMultiToPair(value % 3 times)",
                (d, side) -> d.mapMultiToPair((p, emit) -> expanded(expand, p).forEach(emit::emit)), each));
    }

    private static List<Pair<Token, Token>> expanded(Expand expand, Pair<Token, Token> pair) {
        return expand.of(Token.numbers(pair)).stream().map(Token::pair).toList();
    }

    private static boolean keeps(Pair<Long, Long> record, long number) {
        return record.value() == null || Math.floorMod(record.value(), 6L) != number;
    }

    static boolean below(Pair<Long, Long> record, long number) {
        return record.key() != null && record.key() < number;
    }

    private static void ofPartitions(long number, List<OracleStep> steps) {
        Change change = change(number);
        OverLists each = (records, side) -> records.stream().map(change::of).toList();
        steps.add(narrow(
                "mapPartitions(key - 1, value * " + number + ")",
                (d, side) -> PairRDD.of(d.mapPartitions(records -> changed(records, change))),
                each));
        steps.add(narrow(
                "mapPartitionsToPair(key - 1, value * " + number + ")",
                (d, side) -> d.mapPartitionsToPair(records -> changed(records, change)),
                each));
        steps.add(narrow(
                "mapPartitionsWithIndex(as they are)",
                (d, side) -> PairRDD.of(d.mapPartitionsWithIndex((partition, records) -> records, true)),
                (records, side) -> records));
    }

    private static Iterator<Pair<Token, Token>> changed(Iterator<Pair<Token, Token>> records, Change change) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public Pair<Token, Token> next() {
                return Token.pair(change.of(Token.numbers(records.next())));
            }
        };
    }

    /** A level that was set is not changed. */
    private static PairRDD<Token, Token> kept(PairRDD<Token, Token> dataset, StorageLevel level) {
        return dataset.getStorageLevel().keeps() ? dataset : dataset.persist(level);
    }
}
