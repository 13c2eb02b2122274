package dev.favilla.examples;

import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Counts the words of texts and prints the most frequent. */
final class WordCount implements Command {

    private static final int DEFAULT_TOP = 10;

    /** The most frequent first; words with the same count in word order. */
    static final Ordering<Pair<String, Long>> MOST_FREQUENT_FIRST =
            Ordering.<Pair<String, Long>, Long>by(Pair::value).reversed().thenBy(Pair::key);

    @Override
    public String name() {
        return "wordcount";
    }

    @Override
    public String summary() {
        return "counts the words of texts and prints the most frequent";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar wordcount [FILE]... [OPTION]...

                Prints the most frequent words of the FILEs, one "count<TAB>word" per line, ties in word order; what the
                engine did goes to standard error. A word is a maximal run of Unicode letters, in lower case. A FILE may
                also be a directory or a glob; names that end in .gz are decompressed. Without FILE, counts Moby-Dick.

                Options:
                  --top N         print N words; 10 if not given
                  --master M      local, local[N] for N task slots, local[*] for one per core, local[N,F] to let a
                                  task fail F times before the job does, or local-cluster[E,C,M] for E isolated
                                  executors of C slots and M MiB each; local[*] if not given
                  --partitions P  cut the input into P partitions or more, and shuffle to P
                  --checksum      print a checksum of all counts on standard error: of the sorted counts, and of the
                                  counts in the order in which the engine returned them
                  --fail-first    make the first attempt of every task fail; needs --master 'local[N,2]' to succeed
                  --lose-executors  drop the executor that begins the first task of each stage, with all it holds,
                                  and put an empty one in its place
                  --debug         print the stack trace of an error
                  --help          print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--checksum", "--fail-first", "--lose-executors");
    }

    @Override
    public Set<String> options() {
        return Set.of("--top", "--master", "--partitions");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        int top = arguments.positive("--top").orElse(DEFAULT_TOP);
        OptionalInt partitions = arguments.positive("--partitions");
        arguments.requireNames();
        if (arguments.operands().isEmpty()) {
            try (ShippedText text = ShippedText.copy(ShippedText.MOBY_DICK)) {
                run(List.of(text.file().toString()), top, partitions, arguments, console);
            }
        } else {
            run(arguments.operands(), top, partitions, arguments, console);
        }
    }

    private static void run(List<String> files, int top, OptionalInt partitions, Arguments arguments, Console console) {
        EngineContext.Builder builder = EngineContext.builder().appName("wordcount");
        arguments.value("--master").ifPresent(builder::master);
        ExecutorLosses losses = new ExecutorLosses();
        if (arguments.has("--lose-executors")) {
            builder.extension(losses);
        }
        try (EngineContext engine = builder.open()) {
            PairRDD<String, Long> counts =
                    counts(lines(engine, files, partitions), partitions, arguments.has("--fail-first"));
            List<Pair<String, Long>> best = arguments.has("--checksum")
                    ? topOfAll(counts, top, console)
                    : counts.takeOrdered(top, MOST_FREQUENT_FIRST);
            best.forEach(count -> console.out().print(WordChecksum.line(count)));
            JobStatistics.print(engine.recentJobs(), console.err());
            if (losses.count() > 0) {
                console.err()
                        .println(JobStatistics.count(losses.count(), "executor") + " lost and replaced on purpose, now "
                                + engine.executors().stream()
                                        .map(executor -> executor.id().toString())
                                        .collect(Collectors.joining(", ")));
            }
        }
    }

    /** Fetches all counts for their checksums; the most frequent are then known without a second job. */
    private static List<Pair<String, Long>> topOfAll(PairRDD<String, Long> counts, int top, Console console) {
        List<Pair<String, Long>> all = counts.collect();
        List<Pair<String, Long>> sorted = new ArrayList<>(all);
        sorted.sort(MOST_FREQUENT_FIRST);
        console.err()
                .println("checksum of " + JobStatistics.count(all.size(), "word") + ": " + WordChecksum.of(sorted)
                        + " sorted, " + WordChecksum.of(all) + " as returned");
        return sorted.subList(0, Math.min(top, sorted.size()));
    }

    /** One dataset for all files, so that their partitions are cut together. A comma would separate two of them. */
    private static RDD<String> lines(EngineContext engine, List<String> files, OptionalInt partitions) {
        List<String> plain = files.stream().filter(file -> !file.contains(",")).toList();
        List<String> inputs = new ArrayList<>(
                files.stream().filter(file -> file.contains(",")).toList());
        if (!plain.isEmpty()) {
            inputs.add(0, String.join(",", plain));
        }
        RDD<String> lines = lines(engine, inputs.get(0), partitions);
        for (String input : inputs.subList(1, inputs.size())) {
            lines = lines.union(lines(engine, input, partitions));
        }
        return lines;
    }

    private static RDD<String> lines(EngineContext engine, String input, OptionalInt partitions) {
        return partitions.isPresent() ? engine.textFile(input, partitions.getAsInt()) : engine.textFile(input);
    }

    /** Counts the words of {@code lines}; with {@code failFirst}, in the second attempt of each task. */
    static PairRDD<String, Long> counts(RDD<String> lines, OptionalInt partitions, boolean failFirst) {
        RDD<String> input = failFirst ? lines.mapPartitions(FirstAttempt::fails) : lines;
        PairRDD<String, Long> ones = input.mapMulti(Words::of).mapToPair(word -> Pair.of(word, 1L));
        PairRDD<String, Long> counts = partitions.isPresent()
                ? ones.reduceByKey(Long::sum, partitions.getAsInt())
                : ones.reduceByKey(Long::sum);
        return failFirst ? PairRDD.of(counts.mapPartitions(FirstAttempt::fails, true)) : counts;
    }
}
