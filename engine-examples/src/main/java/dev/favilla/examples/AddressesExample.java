package dev.favilla.examples;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.stats.Aggregate;
import dev.favilla.stats.Aggregates;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the words that set each decade's addresses apart from those of all other decades. */
final class AddressesExample implements Command {

    private static final int DEFAULT_TOP = 8;
    private static final int PARTITIONS = 4;

    private static final Pattern YEAR = Pattern.compile("(?:.*[/\\\\])?(\\d{3})\\d[^/\\\\]*");

    /** The most telling is the largest; of words with the same score, the first in word order. */
    private static final Ordering<Telling> TELLING = Ordering.<Telling, Double>by(Telling::score)
            .thenBy(Ordering.<Telling, String>by(Telling::word).reversed());

    @Override
    public String name() {
        return "addresses";
    }

    @Override
    public String summary() {
        return "finds the words that set each decade's addresses apart";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar addresses PATH [OPTION]...

                Prints for each decade the words that its texts use more than those of all other decades, as
                "decade<TAB>word word ...", the most telling first; what the engine did goes to standard error. A word is
                as for wordcount, and has two letters or more. PATH is a directory, a glob, or paths with commas between,
                of texts whose names begin with a year, such as 1863_abraham_lincoln_r.txt. How telling a word is, is its
                log-likelihood ratio (Dunning).

                Options:
                  --top N         print N words for each decade; 8 if not given
                  --master M      as for wordcount; local[*] if not given
                  --partitions P  read and shuffle P partitions; 4 if not given
                  --debug         print the stack trace of an error
                  --help          print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of();
    }

    @Override
    public Set<String> options() {
        return Set.of("--top", "--master", "--partitions");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        int top = arguments.positive("--top").orElse(DEFAULT_TOP);
        int partitions = arguments.positive("--partitions").orElse(PARTITIONS);
        arguments.requireOperands(1, 1);
        EngineContext.Builder builder = EngineContext.builder().appName("addresses");
        arguments.value("--master").ifPresent(builder::master);
        try (EngineContext engine = builder.open()) {
            PairRDD<DecadeWord, Long> counts = counts(
                            engine.wholeTextFiles(arguments.operands().get(0), partitions), partitions)
                    .cache();
            for (Pair<Integer, List<Telling>> decade : tellingWords(engine, counts, top, partitions)) {
                console.out()
                        .print(decade.key() + "s\t"
                                + decade.value().stream().map(Telling::word).collect(Collectors.joining(" ")) + "\n");
            }
            JobStatistics.print(engine.recentJobs(), console.err());
        }
    }

    /** Returns how often each decade uses each word; single letters are what is left of "it's" and the like. */
    static PairRDD<DecadeWord, Long> counts(PairRDD<String, String> texts, int partitions) {
        return texts.<DecadeWord, Long>mapMultiToPair((text, out) -> {
                    int decade = decade(text.key());
                    Words.of(text.value(), word -> {
                        if (word.length() > 1) {
                            out.emit(Pair.of(new DecadeWord(decade, word), 1L));
                        }
                    });
                })
                .reduceByKey(Long::sum, partitions);
    }

    private static int decade(String path) {
        Matcher matcher = YEAR.matcher(path);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("the name of a text must begin with its year, got " + path);
        }
        return 10 * Integer.parseInt(matcher.group(1));
    }

    /** Returns the {@code top} most telling words of each decade, decades in order. An aggregate may throw anything. */
    static List<Pair<Integer, List<Telling>>> tellingWords(
            EngineContext engine, PairRDD<DecadeWord, Long> counts, int top, int partitions) throws Exception {
        Map<Integer, Long> totals = counts.mapToPair(
                        count -> Pair.of(count.key().decade(), count.value()))
                .reduceByKey(Long::sum, partitions)
                .collectAsMap();
        long all = totals.values().stream().mapToLong(Long::longValue).sum();
        Broadcast<Map<Integer, Long>> sizes = engine.broadcast(totals); // small, and every task needs all of it

        PairRDD<String, Long> everywhere = counts.mapToPair(
                        count -> Pair.of(count.key().word(), count.value()))
                .reduceByKey(Long::sum, partitions);
        Aggregate<Telling, List<Telling>, List<Telling>> best = Aggregates.topN(top, TELLING);
        return counts.mapToPair(count ->
                        Pair.of(count.key().word(), new InDecade(count.key().decade(), count.value())))
                .join(everywhere, partitions)
                .mapToPair(row -> {
                    InDecade here = row.value().key();
                    long size = sizes.value().getOrDefault(here.decade(), 0L);
                    long elsewhere = row.value().value() - here.count();
                    return Pair.of(
                            here.decade(),
                            new Telling(row.key(), logLikelihoodRatio(here.count(), size, elsewhere, all - size)));
                })
                .filter(word -> word.value().score() > 0)
                .aggregateByKey(best.zero(), partitions, best::add, best::merge)
                .mapValues(best::finish)
                .sortByKey()
                .collect();
    }

    /**
     * Returns how unlikely it is that a word is as frequent here as elsewhere; 0 if it is not more frequent here.
     *
     * @param here how often it occurs among {@code hereAll} words
     * @param elsewhere how often it occurs among {@code elsewhereAll} words
     */
    static double logLikelihoodRatio(long here, long hereAll, long elsewhere, long elsewhereAll) {
        double rate = (double) (here + elsewhere) / (hereAll + elsewhereAll);
        if (here <= hereAll * rate) {
            return 0;
        }
        double ratio = here * Math.log(here / (hereAll * rate));
        return elsewhere == 0 ? 2 * ratio : 2 * (ratio + elsewhere * Math.log(elsewhere / (elsewhereAll * rate)));
    }

    /**
     * A word as it is used in a decade.
     *
     * @param decade its first year
     * @param word the word
     */
    record DecadeWord(int decade, String word) implements Serializable {}

    /** How often a decade uses the word that is the key. */
    private record InDecade(int decade, long count) implements Serializable {}

    /**
     * A word of a decade.
     *
     * @param word the word
     * @param score how much it sets the decade apart
     */
    record Telling(String word, double score) implements Serializable {}
}
