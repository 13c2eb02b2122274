package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.OracleStep.OverLists;
import dev.favilla.OracleStep.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** The steps that number, cut, keep or send records and leave them as they are, to draw from at random. */
final class OracleArrangingSteps {

    private static final OverLists SAME = (records, side) -> records;

    private OracleArrangingSteps() {}

    static OracleStep random(SplittableRandom random) {
        int partitions = random.nextInt(1, 6);
        long seed = random.nextLong(1000);
        if (random.nextInt(40) == 0) { // a process for each partition in each job
            return throughAProcess();
        }
        List<OracleStep> steps = new ArrayList<>();
        cutAnew(partitions, steps);
        byChance(seed, steps);
        together(partitions, steps);
        cutOff(steps);
        return steps.get(random.nextInt(steps.size()));
    }

    private static OracleStep throughAProcess() {
        return OracleSteps.narrow(
                "pipe(cat)",
                (d, side) -> d.map(pair -> OraclePipeline.line(Token.numbers(pair)))
                        .pipe("cat")
                        .mapToPair(OraclePipeline::row),
                SAME);
    }

    private static void cutAnew(int partitions, List<OracleStep> steps) {
        Promise fewer = (step, before, after) -> {
            assertThat(after).as("partitions of %s", step).hasSize(Math.min(partitions, before.size()));
            assertThat(PlainLists.flat(after)).as("order of %s", step).isEqualTo(PlainLists.flat(before));
        };
        Promise asMany = (step, before, after) ->
                assertThat(after).as("partitions of %s", step).hasSize(partitions);
        steps.add(new OracleStep("coalesce(" + partitions + ")", (d, side) -> d.coalesce(partitions), SAME, fewer));
        steps.add(new OracleStep(
                "coalesce(" + partitions + ", shuffle)", (d, side) -> d.coalesce(partitions, true), SAME, asMany));
        steps.add(new OracleStep(
                "repartition(" + partitions + ")", (d, side) -> d.repartition(partitions), SAME, asMany));
        steps.add(OracleSteps.narrow(
                "glom().flatMapToPair(its records)", (d, side) -> d.glom().flatMapToPair(records -> records), SAME));
    }

    private static void byChance(long seed, List<OracleStep> steps) {
        steps.add(OracleSteps.narrow("sample(all, " + seed + ")", (d, side) -> d.sample(false, 1, seed), SAME));
        steps.add(OracleSteps.narrow(
                "sample(none, " + seed + ")", (d, side) -> d.sample(true, 0, seed), (records, side) -> List.of()));
        steps.add(new OracleStep(
                "randomSplit(1, 2, " + seed + ").union",
                (d, side) -> {
                    List<? extends RDD<Pair<Token, Token>>> parts = d.randomSplit(new double[] {1, 2}, seed);
                    return PairRDD.of(parts.get(1).union(parts.get(0)));
                },
                SAME,
                Promise.NONE));
    }

    private static void together(int number, List<OracleStep> steps) {
        steps.add(OracleSteps.narrow(
                "zip(its values).mapToPair(key, value)",
                (d, side) ->
                        d.zip(d.values()).mapToPair(row -> Pair.of(row.key().key(), row.value())),
                SAME));
        steps.add(OracleSteps.narrow(
                "flatMapValues(twice)",
                (d, side) -> d.flatMapValues(value -> Arrays.asList(value, value)),
                (records, side) ->
                        records.stream().flatMap(p -> List.of(p, p).stream()).toList()));
        steps.add(new OracleStep(
                "zipWithIndex().mapToPair(index % " + number + ", index)",
                (d, side) -> d.zipWithIndex().mapToPair(row -> Token.pair(numbered(row.value(), number))),
                (records, side) -> LongStream.range(0, records.size())
                        .mapToObj(index -> numbered(index, number))
                        .toList(),
                (step, before, after) -> assertThat(PlainLists.flat(after))
                        .as("order of %s", step)
                        .isEqualTo(step.overLists().apply(PlainLists.flat(before), List.of()))));
    }

    private static Pair<Long, Long> numbered(long index, int number) {
        return Pair.of(index % number, index);
    }

    /** A dataset of its own is marked, as one that is marked already may not be marked in another way. */
    private static void cutOff(List<OracleStep> steps) {
        steps.add(OracleSteps.narrow(
                "checkpoint()",
                (d, side) -> {
                    PairRDD<Token, Token> marked = d.filter(pair -> true);
                    marked.checkpoint();
                    return marked;
                },
                SAME));
        steps.add(OracleSteps.narrow(
                "localCheckpoint()",
                (d, side) -> {
                    PairRDD<Token, Token> marked = d.filter(pair -> true);
                    marked.localCheckpoint();
                    return marked;
                },
                SAME));
    }
}
