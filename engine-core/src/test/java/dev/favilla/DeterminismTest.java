package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random pipelines against a plain evaluator over lists, and against themselves: the same bits for one slot, for many,
 * and when the first attempt at everything fails.
 */
@Timeout(100)
class DeterminismTest {

    private static final int PIPELINES = 60;

    /** One step of a pipeline over (Integer, Long), in the engine and over plain lists. */
    private interface Step {

        PairRDD<Integer, Long> in(PairRDD<Integer, Long> dataset);

        List<Pair<Integer, Long>> over(List<Pair<Integer, Long>> records);
    }

    private record Pipeline(List<Pair<Integer, Long>> input, int partitions, List<Step> steps) {

        static Pipeline random(SplittableRandom random) {
            List<Pair<Integer, Long>> input = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                Integer key = random.nextInt(20) == 0 ? null : (Integer) random.nextInt(-6, 6);
                input.add(Pair.of(key, random.nextLong(1000)));
            }
            List<Step> steps = new ArrayList<>();
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                steps.add(randomStep(random, random.nextInt(13), 1 + random.nextInt(5)));
            }
            return new Pipeline(input, 1 + random.nextInt(6), steps);
        }

        List<Pair<Integer, Long>> run(EngineContext engine, boolean failing) {
            PairRDD<Integer, Long> dataset = engine.parallelizePairs(input, partitions);
            for (Step step : steps) {
                dataset = step.in(dataset);
                if (failing) {
                    dataset = dataset.mapValues(value -> Engines.notInFirstAttempt(value));
                }
            }
            if (failing) {
                // a task without records would not fail
                dataset = PairRDD.of(dataset.mapPartitions(
                        records -> {
                            Engines.notInFirstAttempt("");
                            return records;
                        },
                        true));
            }
            return dataset.collect();
        }

        Map<Pair<Integer, Long>, Integer> expected() {
            List<Pair<Integer, Long>> records = input;
            for (Step step : steps) {
                records = step.over(records);
            }
            return multiset(records);
        }
    }

    private static Map<Pair<Integer, Long>, Integer> multiset(List<Pair<Integer, Long>> records) {
        Map<Pair<Integer, Long>, Integer> counts = new HashMap<>();
        records.forEach(pair -> counts.merge(pair, 1, Integer::sum));
        return counts;
    }

    private interface InEngine {

        PairRDD<Integer, Long> apply(PairRDD<Integer, Long> dataset);
    }

    private interface OverLists {

        List<Pair<Integer, Long>> apply(List<Pair<Integer, Long>> records);
    }

    private static Step step(InEngine inEngine, OverLists overLists) {
        return new Step() {
            @Override
            public PairRDD<Integer, Long> in(PairRDD<Integer, Long> dataset) {
                return inEngine.apply(dataset);
            }

            @Override
            public List<Pair<Integer, Long>> over(List<Pair<Integer, Long>> records) {
                return overLists.apply(records);
            }
        };
    }

    private static Step randomStep(SplittableRandom random, int kind, int partitions) {
        long number = random.nextLong(1, 5);
        return switch (kind) {
            case 0 ->
                step(
                        d -> d.mapToPair(p -> Pair.of(p.key(), p.value() + number)),
                        records -> records.stream()
                                .map(p -> Pair.of(p.key(), p.value() + number))
                                .toList());
            case 1 ->
                step(
                        d -> d.filter(p -> p.value() % 5 != number),
                        records -> records.stream()
                                .filter(p -> p.value() % 5 != number)
                                .toList());
            case 2 ->
                step(
                        d -> PairRDD.of(d.flatMap(p -> java.util.Collections.nCopies((int) (p.value() % 3), p))),
                        records -> records.stream()
                                .flatMap(p -> java.util.Collections.nCopies((int) (p.value() % 3), p).stream())
                                .toList());
            case 3 -> step(d -> d.reduceByKey(Long::sum, partitions), records -> sums(records));
            case 4 ->
                step(
                        d -> d.groupByKey(partitions).mapValues(values -> {
                            long sum = 0;
                            for (long value : values) {
                                sum += value;
                            }
                            return sum;
                        }),
                        records -> sums(records));
            case 5 -> step(d -> d.distinct(partitions), records -> new ArrayList<>(new HashSet<>(records)));
            case 6 -> step(d -> d.partitionBy(new HashPartitioner(partitions)), records -> records);
            case 7 ->
                step(d -> d.union(d), records -> {
                    List<Pair<Integer, Long>> twice = new ArrayList<>(records);
                    twice.addAll(records);
                    return twice;
                });
            case 8 -> step(d -> d.persist(StorageLevel.MEMORY_ONLY), records -> records);
            case 9 ->
                step(
                        d -> d.aggregateByKey(number, partitions, Long::sum, (a, b) -> a + b)
                                .mapValues(x -> x >= 0 ? 1L : 0L), // the zero counts once per map partition
                        records -> sums(records).stream()
                                .map(p -> Pair.of(p.key(), 1L))
                                .toList());
            case 10 ->
                step(
                        d -> d.join(d.reduceByKey(Math::max, partitions), partitions)
                                .mapValues(both -> both.key() * 31 + both.value()),
                        records -> {
                            Map<Integer, Long> max = new HashMap<>();
                            records.forEach(p -> max.merge(p.key(), p.value(), Math::max));
                            return records.stream()
                                    .map(p -> Pair.of(p.key(), p.value() * 31 + max.get(p.key())))
                                    .toList();
                        });
            case 11 ->
                step(
                        d -> PairRDD.of(d.mapPartitions(records -> records)).mapValues(x -> x / 2),
                        records -> records.stream()
                                .map(p -> Pair.of(p.key(), p.value() / 2))
                                .toList());
            default ->
                step(
                        d -> d.values().keyBy(value -> (int) (value % number)),
                        records -> records.stream()
                                .map(p -> Pair.of((int) (p.value() % number), p.value()))
                                .toList());
        };
    }

    private static List<Pair<Integer, Long>> sums(List<Pair<Integer, Long>> records) {
        Map<Integer, Long> sums = new LinkedHashMap<>();
        records.forEach(p -> sums.merge(p.key(), p.value(), Long::sum));
        return sums.entrySet().stream()
                .map(e -> Pair.of(e.getKey(), e.getValue()))
                .toList();
    }

    @Test
    void randomPipelinesAgreeWithPlainListsAndWithThemselvesBitForBit(TestSeed seed) {
        SplittableRandom random = seed.random();
        try (EngineContext one = EngineContext.open("local[1]");
                EngineContext two = EngineContext.open("local[2]");
                EngineContext seven = EngineContext.open("local[7]");
                EngineContext retrying = EngineContext.open("local[2,2]")) {
            for (int i = 0; i < PIPELINES; i++) {
                Pipeline pipeline = Pipeline.random(random);
                List<Pair<Integer, Long>> result = pipeline.run(one, false);

                assertThat(multiset(result)).as("pipeline %s", i).isEqualTo(pipeline.expected());
                assertThat(pipeline.run(two, false))
                        .as("pipeline %s, two slots", i)
                        .isEqualTo(result);
                assertThat(pipeline.run(seven, false))
                        .as("pipeline %s, seven slots", i)
                        .isEqualTo(result);
                assertThat(pipeline.run(retrying, true))
                        .as("pipeline %s, retried", i)
                        .isEqualTo(result);
            }
            for (EngineContext engine : List.of(one, two, seven, retrying)) {
                Engines.assertIdle(engine);
            }
        }
    }

    @Test
    void sumsOfDoublesHaveTheSameBitsInEveryRun() {
        List<Map<Long, Double>> results = new ArrayList<>();
        for (String master : List.of("local[1]", "local[2]", "local[7]", "local[2]")) {
            try (EngineContext engine = EngineContext.open(master)) {
                results.add(engine.range(0, 20_000, 1, 13)
                        .mapToPair(x -> Pair.of(x % 17, Math.sin(x) * 1e10 / (x + 1)))
                        .reduceByKey(Double::sum, 5)
                        .collectAsMap());
            }
        }

        assertThat(new HashSet<>(results)).hasSize(1);
    }
}
