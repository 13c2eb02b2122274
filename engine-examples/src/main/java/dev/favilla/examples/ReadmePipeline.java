package dev.favilla.examples;

import dev.favilla.EngineContext;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import java.util.List;
import java.util.Locale;

/** The pipeline of the README. */
public final class ReadmePipeline {

    private ReadmePipeline() {}

    /** Prints the plan and the three most frequent words of the text at {@code path}. */
    public static void run(String path) {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> counts = engine.textFile(path)
                    .flatMap(line -> List.of(line.toLowerCase(Locale.ROOT).split("[^a-z]+")))
                    .filter(word -> !word.isEmpty())
                    .mapToPair(word -> Pair.of(word, 1L))
                    .reduceByKey(Long::sum);

            System.out.println(counts.explain());
            for (Pair<String, Long> count : counts.top(3, Ordering.by(Pair::value))) {
                System.out.println(count);
            }
        }
    }
}
