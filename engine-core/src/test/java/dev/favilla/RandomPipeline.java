package dev.favilla;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A pipeline over pairs of small keys and numbers, made at random: what the engine is to do, and what plain lists say
 * must come of it.
 *
 * @param source where the rows come from
 * @param rows the input
 * @param partitions of the input
 * @param steps what is done to them, in this order
 */
record RandomPipeline(Source source, List<Pair<Integer, Long>> rows, int partitions, List<Step> steps) {

    private static final int MOST_ROWS = 60;
    private static final int MOST_ROWS_FOR_DISK = 800;
    private static final int MOST_STEPS = 6;

    RandomPipeline {
        rows = List.copyOf(rows);
        steps = List.copyOf(steps);
    }

    /** Where rows come from. */
    enum Source {
        LIST {
            @Override
            PairRDD<Integer, Long> open(RandomPipeline pipeline, EngineContext engine, Path scratch) {
                return engine.parallelizePairs(pipeline.rows(), pipeline.partitions());
            }
        },
        RANGE {
            @Override
            PairRDD<Integer, Long> open(RandomPipeline pipeline, EngineContext engine, Path scratch) {
                List<Pair<Integer, Long>> rows = pipeline.rows();
                return engine.range(0, rows.size(), 1, pipeline.partitions()).mapToPair(i -> rows.get(i.intValue()));
            }
        },
        TEXT {
            @Override
            PairRDD<Integer, Long> open(RandomPipeline pipeline, EngineContext engine, Path scratch)
                    throws IOException {
                Path file = scratch.resolve(
                        "rows-" + Integer.toHexString(pipeline.rows().hashCode()) + ".txt");
                if (Files.notExists(file)) {
                    Files.write(
                            file,
                            pipeline.rows().stream().map(RandomPipeline::line).toList());
                }
                return engine.textFile(file.toString(), pipeline.partitions()).mapToPair(RandomPipeline::row);
            }
        };

        abstract PairRDD<Integer, Long> open(RandomPipeline pipeline, EngineContext engine, Path scratch)
                throws IOException;
    }

    private static String line(Pair<Integer, Long> row) {
        return row.key() + " " + row.value();
    }

    private static Pair<Integer, Long> row(String line) {
        int blank = line.indexOf(' ');
        String key = line.substring(0, blank);
        return Pair.of(key.equals("null") ? null : Integer.valueOf(key), Long.valueOf(line.substring(blank + 1)));
    }

    /** What a step is in the engine. */
    interface InEngine {

        PairRDD<Integer, Long> apply(PairRDD<Integer, Long> dataset);
    }

    /** What a step is over plain lists. */
    interface OverLists {

        List<Pair<Integer, Long>> apply(List<Pair<Integer, Long>> records);
    }

    /** One step of a pipeline. */
    record Step(String name, InEngine inEngine, OverLists overLists) {

        @Override
        public String toString() {
            return name;
        }
    }

    static RandomPipeline random(SplittableRandom random) {
        return random(random, MOST_ROWS);
    }

    /** Returns one with so many rows that what its tasks hold is worth a file. */
    static RandomPipeline randomForDisk(SplittableRandom random) {
        return random(random, MOST_ROWS_FOR_DISK);
    }

    private static RandomPipeline random(SplittableRandom random, int mostRows) {
        List<Pair<Integer, Long>> rows = new ArrayList<>();
        for (int i = random.nextInt(mostRows); i > 0; i--) {
            Integer key = random.nextInt(20) == 0 ? null : (Integer) random.nextInt(-6, 6);
            rows.add(Pair.of(key, random.nextLong(1000)));
        }
        List<Step> steps = new ArrayList<>();
        for (int i = random.nextInt(1, 1 + MOST_STEPS); i > 0; i--) {
            steps.add(randomStep(random));
        }
        Source source = Source.values()[random.nextInt(Source.values().length)];
        return new RandomPipeline(source, rows, random.nextInt(1, 7), steps);
    }

    private static Step randomStep(SplittableRandom random) {
        long number = random.nextLong(1, 5);
        int partitions = random.nextInt(1, 6);
        List<Step> choice = new ArrayList<>(narrow(number));
        choice.addAll(wide(number, partitions));
        return choice.get(random.nextInt(choice.size()));
    }

    private static List<Step> narrow(long number) {
        return List.of(
                new Step(
                        "mapToPair(value + " + number + ")",
                        d -> d.mapToPair(p -> Pair.of(p.key(), p.value() + number)),
                        records -> each(records, p -> Pair.of(p.key(), p.value() + number))),
                new Step(
                        "map(value * " + number + ")",
                        d -> PairRDD.of(d.map(p -> Pair.of(p.key(), p.value() * number))),
                        records -> each(records, p -> Pair.of(p.key(), p.value() * number))),
                new Step(
                        "filter(value % 5 != " + number + ")",
                        d -> d.filter(p -> p.value() % 5 != number),
                        records -> records.stream()
                                .filter(p -> p.value() % 5 != number)
                                .toList()),
                new Step(
                        "flatMap(value % 3 times)",
                        d -> PairRDD.of(d.flatMap(RandomPipeline::someTimes)),
                        records -> records.stream()
                                .flatMap(p -> someTimes(p).stream())
                                .toList()),
                new Step(
                        "mapPartitions(value / 2)",
                        d -> PairRDD.of(d.mapPartitions(RandomPipeline::halves)),
                        records -> each(records, p -> Pair.of(p.key(), p.value() / 2))),
                new Step(
                        "mapValues(value - " + number + ")",
                        d -> d.mapValues(value -> value - number),
                        records -> each(records, p -> Pair.of(p.key(), p.value() - number))),
                new Step(
                        "keyBy(value % " + number + ")",
                        d -> d.values().keyBy(value -> (int) (value % number)),
                        records -> each(records, p -> Pair.of((int) (p.value() % number), p.value()))),
                new Step("union(itself)", d -> d.union(d), records -> {
                    List<Pair<Integer, Long>> twice = new ArrayList<>(records);
                    twice.addAll(records);
                    return twice;
                }),
                new Step("persist(MEMORY_ONLY)", d -> kept(d, StorageLevel.MEMORY_ONLY), records -> records),
                new Step("persist(MEMORY_ONLY_SER)", d -> kept(d, StorageLevel.MEMORY_ONLY_SER), records -> records),
                new Step("persist(MEMORY_AND_DISK)", d -> kept(d, StorageLevel.MEMORY_AND_DISK), records -> records),
                new Step("persist(DISK_ONLY)", d -> kept(d, StorageLevel.DISK_ONLY), records -> records));
    }

    private static List<Step> wide(long number, int partitions) {
        String into = ", " + partitions + ")";
        return List.of(
                new Step("reduceByKey(sum" + into, d -> d.reduceByKey(Long::sum, partitions), RandomPipeline::sums),
                new Step(
                        "groupByKey(" + partitions + ")",
                        d -> d.groupByKey(partitions).mapValues(RandomPipeline::hashOfAll),
                        RandomPipeline::hashes),
                new Step(
                        "aggregateByKey(value * " + number + into,
                        d -> d.aggregateByKey(0L, partitions, (sum, value) -> sum + value * number, Long::sum),
                        records -> each(sums(records), p -> Pair.of(p.key(), p.value() * number))),
                new Step(
                        "distinct(" + partitions + ")",
                        d -> d.distinct(partitions),
                        records -> new ArrayList<>(new HashSet<>(records))),
                new Step(
                        "partitionBy(" + partitions + ")",
                        d -> d.partitionBy(new HashPartitioner(partitions)),
                        records -> records),
                new Step(
                        "sortBy(value" + into,
                        d -> PairRDD.of(d.sortBy(Pair::value, true, partitions)),
                        records -> records),
                new Step(
                        "join(its maxima" + into,
                        d -> d.join(d.reduceByKey(Math::max, partitions), partitions)
                                .mapValues(both -> both.key() * 31 + both.value()),
                        RandomPipeline::withMaxima));
    }

    /** A level that was set is not changed. */
    private static PairRDD<Integer, Long> kept(PairRDD<Integer, Long> dataset, StorageLevel level) {
        return dataset.getStorageLevel().keeps() ? dataset : dataset.persist(level);
    }

    private static List<Pair<Integer, Long>> each(
            List<Pair<Integer, Long>> records, UnaryOperator<Pair<Integer, Long>> function) {
        return records.stream().map(function).toList();
    }

    private static List<Pair<Integer, Long>> someTimes(Pair<Integer, Long> pair) {
        return Collections.nCopies((int) Math.floorMod(pair.value(), 3L), pair);
    }

    private static Iterator<Pair<Integer, Long>> halves(Iterator<Pair<Integer, Long>> records) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public Pair<Integer, Long> next() {
                Pair<Integer, Long> pair = records.next();
                return Pair.of(pair.key(), pair.value() / 2);
            }
        };
    }

    private static List<Pair<Integer, Long>> sums(List<Pair<Integer, Long>> records) {
        Map<Integer, Long> sums = new LinkedHashMap<>();
        records.forEach(p -> sums.merge(p.key(), p.value(), Long::sum));
        return pairs(sums);
    }

    private static List<Pair<Integer, Long>> hashes(List<Pair<Integer, Long>> records) {
        Map<Integer, List<Long>> groups = new LinkedHashMap<>();
        records.forEach(
                p -> groups.computeIfAbsent(p.key(), key -> new ArrayList<>()).add(p.value()));
        Map<Integer, Long> hashes = new LinkedHashMap<>();
        groups.forEach((key, values) -> hashes.put(key, hashOfAll(values)));
        return pairs(hashes);
    }

    /** In the values' own order, so that every one of them counts and where they came from does not. */
    private static long hashOfAll(Iterable<Long> values) {
        List<Long> sorted = new ArrayList<>();
        values.forEach(sorted::add);
        Collections.sort(sorted);
        return sorted.hashCode();
    }

    private static List<Pair<Integer, Long>> withMaxima(List<Pair<Integer, Long>> records) {
        Map<Integer, Long> max = new HashMap<>();
        records.forEach(p -> max.merge(p.key(), p.value(), Math::max));
        return each(records, p -> Pair.of(p.key(), p.value() * 31 + max.get(p.key())));
    }

    private static List<Pair<Integer, Long>> pairs(Map<Integer, Long> map) {
        return map.entrySet().stream()
                .map(entry -> Pair.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    /**
     * Returns the source and what each step makes of it, none of them run yet.
     *
     * @param scratch where files may be put
     */
    List<PairRDD<Integer, Long>> datasets(EngineContext engine, Path scratch) throws IOException {
        return datasets(engine, scratch, UnaryOperator.identity());
    }

    /** @param afterEach what follows each step on top */
    List<PairRDD<Integer, Long>> datasets(
            EngineContext engine, Path scratch, UnaryOperator<PairRDD<Integer, Long>> afterEach) throws IOException {
        List<PairRDD<Integer, Long>> datasets = new ArrayList<>();
        datasets.add(source.open(this, engine, scratch));
        for (Step step : steps) {
            datasets.add(afterEach.apply(step.inEngine().apply(last(datasets))));
        }
        return datasets;
    }

    /** Returns what the source and each step must hold, in any order. */
    List<Map<Pair<Integer, Long>, Integer>> expected() {
        List<Map<Pair<Integer, Long>, Integer>> expected = new ArrayList<>();
        List<Pair<Integer, Long>> records = rows;
        expected.add(multiset(records));
        for (Step step : steps) {
            records = step.overLists().apply(records);
            expected.add(multiset(records));
        }
        return expected;
    }

    static Map<Pair<Integer, Long>, Integer> multiset(List<Pair<Integer, Long>> records) {
        Map<Pair<Integer, Long>, Integer> counts = new HashMap<>();
        records.forEach(pair -> counts.merge(pair, 1, Integer::sum));
        return counts;
    }

    static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    /**
     * Returns a pipeline that still {@code fails} and of which nothing can be left out without it passing; the smallest
     * found after {@code tries} if that takes longer.
     */
    RandomPipeline shrunk(Predicate<RandomPipeline> fails, int tries) {
        RandomPipeline smallest = this;
        int left = tries;
        boolean shrinking = true;
        while (shrinking && left > 0) {
            shrinking = false;
            for (Iterator<RandomPipeline> smaller = smallest.smaller().iterator();
                    !shrinking && smaller.hasNext() && left > 0;
                    left--) {
                RandomPipeline candidate = smaller.next();
                if (fails.test(candidate)) {
                    smallest = candidate;
                    shrinking = true;
                }
            }
        }
        return smallest;
    }

    /** The boldest cuts first. */
    private List<RandomPipeline> smaller() {
        Map<Integer, List<RandomPipeline>> bySize = new TreeMap<>();
        IntStream.range(0, steps.size())
                .forEach(step -> bySize.computeIfAbsent(0, size -> new ArrayList<>())
                        .add(new RandomPipeline(source, rows, partitions, without(steps, step, step + 1))));
        for (int size = rows.size(); size > 0; size /= 2) {
            for (int from = 0; from < rows.size(); from += size) {
                bySize.computeIfAbsent(-size, key -> new ArrayList<>())
                        .add(new RandomPipeline(source, without(rows, from, from + size), partitions, steps));
            }
        }
        if (partitions > 1) {
            bySize.computeIfAbsent(0, size -> new ArrayList<>()).add(new RandomPipeline(source, rows, 1, steps));
        }
        return bySize.values().stream().flatMap(List::stream).toList();
    }

    private static <T> List<T> without(List<T> list, int from, int to) {
        List<T> rest = new ArrayList<>(list.subList(0, from));
        rest.addAll(list.subList(Math.min(to, list.size()), list.size()));
        return rest;
    }

    @Override
    public String toString() {
        return source + " of " + partitions + " partitions " + rows + steps;
    }
}
