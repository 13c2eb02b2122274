package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.OracleStep.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A pipeline over pairs of numbers that may be null, made at random: what the engine is to do, and what plain lists say
 * must come of it. Its keys crowd on few hashes and often on one key, and some partitions are empty.
 *
 * @param source where the rows come from
 * @param rows the input
 * @param partitions of the input
 * @param side the rows of another dataset, for operations of two
 * @param steps what is done to the input, in this order
 */
record OraclePipeline(
        Source source,
        List<Pair<Long, Long>> rows,
        int partitions,
        List<Pair<Long, Long>> side,
        List<OracleStep> steps) {

    private static final int SIDE_PARTITIONS = 2;

    OraclePipeline {
        rows = List.copyOf(rows);
        side = List.copyOf(side);
        steps = List.copyOf(steps);
    }

    /** Returns the same without the steps that use a record again for the next. */
    OraclePipeline withoutRecordsUsedAgain() {
        return new OraclePipeline(
                source,
                rows,
                partitions,
                side,
                steps.stream()
                        .filter(step -> !step.name().endsWith(OracleWideSteps.USED_AGAIN))
                        .toList());
    }

    /** Where rows come from. */
    enum Source {
        LIST {
            @Override
            PairRDD<Token, Token> open(OraclePipeline pipeline, EngineContext engine, Path scratch) {
                return engine.parallelizePairs(
                        pipeline.rows().stream().map(Token::pair).toList(), pipeline.partitions());
            }
        },
        RANGE {
            @Override
            PairRDD<Token, Token> open(OraclePipeline pipeline, EngineContext engine, Path scratch) {
                List<Pair<Long, Long>> rows = new ArrayList<>(pipeline.rows());
                return engine.range(0, rows.size(), 1, pipeline.partitions())
                        .mapToPair(i -> Token.pair(rows.get(i.intValue())));
            }
        },
        TEXT {
            @Override
            PairRDD<Token, Token> open(OraclePipeline pipeline, EngineContext engine, Path scratch) throws IOException {
                Path file = Files.createTempFile(scratch, "rows", ".txt");
                Files.write(
                        file, pipeline.rows().stream().map(OraclePipeline::line).toList());
                return engine.textFile(file.toString(), pipeline.partitions()).mapToPair(OraclePipeline::row);
            }
        },
        /** No partition at all. */
        NOTHING {
            @Override
            PairRDD<Token, Token> open(OraclePipeline pipeline, EngineContext engine, Path scratch) throws IOException {
                Path directory = Files.createTempDirectory(scratch, "empty");
                return engine.textFile(directory.toString()).mapToPair(OraclePipeline::row);
            }
        };

        abstract PairRDD<Token, Token> open(OraclePipeline pipeline, EngineContext engine, Path scratch)
                throws IOException;
    }

    /** Returns a row as text. */
    static String line(Pair<Long, Long> row) {
        return row.key() + " " + row.value();
    }

    /** Reads what {@link #line} has made. */
    static Pair<Token, Token> row(String line) {
        int blank = line.indexOf(' ');
        return Pair.of(token(line.substring(0, blank)), token(line.substring(blank + 1)));
    }

    private static Token token(String text) {
        return text.equals("null") ? null : new Token(Long.parseLong(text));
    }

    /**
     * How large random pipelines are.
     *
     * @param rows at most so many come in
     * @param steps at most so many
     * @param keys about so many different ones come in
     * @param growth no step makes more records than this
     * @param skew whether most records may share a key
     * @param typed whether records may be made bare numbers and texts for a step
     */
    record Size(int rows, int steps, int keys, int growth, boolean skew, boolean typed) {

        static final Size SMALL = new Size(40, 8, 12, 400, true, true);
        static final Size LARGE = new Size(40_000, 4, 20_000, 80_000, false, false);
    }

    static OraclePipeline random(SplittableRandom random, Size size) {
        Source source = Source.values()[random.nextInt(20) == 0 ? 3 : random.nextInt(3)];
        List<Pair<Long, Long>> rows =
                source == Source.NOTHING ? List.of() : randomRows(random, random.nextInt(size.rows() + 1), size);
        List<Pair<Long, Long>> side = randomRows(random, random.nextInt(size.rows() / 4 + 1), size);
        List<OracleStep> steps = new ArrayList<>();
        List<Pair<Long, Long>> records = rows;
        int count = random.nextInt(20) == 0 ? 3 * size.steps() : random.nextInt(1, size.steps() + 1);
        for (int i = 0; i < count; i++) {
            OracleStep step = randomStep(random, size);
            try {
                List<Pair<Long, Long>> next = step.overLists().apply(records, side);
                if (next.size() <= size.growth()) {
                    steps.add(step);
                    records = next;
                }
            } catch (PlainLists.TooManyException e) {
                i--; // another one
            }
        }
        return new OraclePipeline(source, rows, random.nextInt(1, 7), side, steps);
    }

    private static OracleStep randomStep(SplittableRandom random, Size size) {
        return switch (random.nextInt(size.typed() ? 8 : 6)) {
            case 0, 1 -> OracleSteps.random(random);
            case 2 -> OracleArrangingSteps.random(random);
            case 6, 7 -> OracleTypedSteps.random(random);
            default -> OracleWideSteps.random(random);
        };
    }

    private static List<Pair<Long, Long>> randomRows(SplittableRandom random, int count, Size size) {
        boolean skewed = size.skew() && random.nextInt(3) == 0;
        return Stream.generate(() -> Pair.of(
                        randomKey(random, size.keys(), skewed),
                        random.nextInt(12) == 0 ? null : (Long) random.nextLong(-20, 300)))
                .limit(count)
                .toList();
    }

    private static Long randomKey(SplittableRandom random, int keys, boolean skewed) {
        if (random.nextInt(15) == 0) {
            return null;
        }
        return skewed && random.nextInt(4) > 0 ? (Long) 3L : (Long) random.nextLong(-keys / 4L - 1, keys);
    }

    /** Returns the source and what each step makes of it, none of them run yet. */
    List<PairRDD<Token, Token>> datasets(
            EngineContext engine, Path scratch, UnaryOperator<PairRDD<Token, Token>> afterSource) throws IOException {
        List<PairRDD<Token, Token>> datasets = new ArrayList<>();
        datasets.add(afterSource.apply(source.open(this, engine, scratch)));
        PairRDD<Token, Token> other =
                engine.parallelizePairs(side.stream().map(Token::pair).toList(), SIDE_PARTITIONS);
        for (OracleStep step : steps) {
            datasets.add(step.inEngine().apply(datasets.get(datasets.size() - 1), other));
        }
        return datasets;
    }

    /** Returns what comes of it, in any order. */
    List<Pair<Long, Long>> expected() {
        List<Pair<Long, Long>> records = rows;
        for (OracleStep step : steps) {
            records = step.overLists().apply(records, side);
        }
        return records;
    }

    boolean needsTheStepBefore() {
        return !steps.isEmpty() && steps.get(steps.size() - 1).promise() != Promise.NONE;
    }

    /**
     * Checks the partitions of the last dataset against what plain lists say, and what its step promises of them.
     *
     * @param before the partitions of the last but one, where {@link #needsTheStepBefore}
     */
    void check(List<List<Pair<Long, Long>>> before, List<List<Pair<Long, Long>>> after) {
        assertThat(PlainLists.multiset(PlainLists.flat(after)))
                .as("what comes of %s", this)
                .isEqualTo(PlainLists.multiset(expected()));
        if (!steps.isEmpty()) {
            OracleStep last = steps.get(steps.size() - 1);
            last.promise().check(last, before, after);
        }
    }

    /**
     * Returns a pipeline that still {@code fails} and of which nothing can be left out without it passing; the smallest
     * found after {@code tries} if that takes longer.
     */
    OraclePipeline shrunk(Predicate<OraclePipeline> fails, int tries) {
        OraclePipeline smallest = this;
        int left = tries;
        boolean shrinking = true;
        while (shrinking && left > 0) {
            shrinking = false;
            for (Iterator<Supplier<OraclePipeline>> smaller = smallest.smaller().iterator();
                    !shrinking && smaller.hasNext() && left > 0;
                    left--) {
                OraclePipeline candidate = smaller.next().get();
                if (fails.test(candidate)) {
                    smallest = candidate;
                    shrinking = true;
                }
            }
        }
        return smallest;
    }

    /** Steps are left out first, then partitions, then rows, the boldest cuts before others; each made when asked for. */
    private Stream<Supplier<OraclePipeline>> smaller() {
        Stream<OraclePipeline> simpler = Stream.of(
                        new OraclePipeline(Source.LIST, rows, partitions, side, steps),
                        new OraclePipeline(source, rows, 1, side, steps),
                        new OraclePipeline(source, rows, Math.max(1, partitions - 1), side, steps))
                .filter(pipeline -> !pipeline.equals(this));
        return Stream.of(
                        cuts(steps, cut -> new OraclePipeline(source, rows, partitions, side, cut)),
                        simpler.map(pipeline -> (Supplier<OraclePipeline>) () -> pipeline),
                        cuts(rows, cut -> new OraclePipeline(source, cut, partitions, side, steps)),
                        cuts(side, cut -> new OraclePipeline(source, rows, partitions, cut, steps)))
                .flatMap(cuts -> cuts);
    }

    private static <T> Stream<Supplier<OraclePipeline>> cuts(List<T> list, Function<List<T>, OraclePipeline> with) {
        return Stream.iterate(list.size(), size -> size > 0, size -> size / 2)
                .flatMap(size -> Stream.iterate(0, from -> from < list.size(), from -> from + size)
                        .map(from -> () -> with.apply(without(list, from, Math.min(from + size, list.size())))));
    }

    private static <T> List<T> without(List<T> list, int from, int to) {
        List<T> rest = new ArrayList<>(list.subList(0, from));
        rest.addAll(list.subList(to, list.size()));
        return rest;
    }

    @Override
    public String toString() {
        return source + " of " + partitions + " partitions " + shown(rows) + ", side " + shown(side) + ", " + steps;
    }

    private static String shown(List<Pair<Long, Long>> rows) {
        return rows.size() > 100 ? rows.size() + " rows from " + rows.subList(0, 5) : rows.toString();
    }
}
