package dev.favilla.examples;

import dev.favilla.CollectionAccumulator;
import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.shuffle.Partitioner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** What {@code docs/modes.md} shows: mistakes that nothing speaks of in {@code local[2]}. */
final class Modes {

    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    private Modes() {}

    static EngineContext strict() {
        return EngineContext.builder().master("local[2]").strict().open();
    }

    static RDD<String> lines(EngineContext engine) {
        return engine.parallelize(List.of("a b", "b c", "c d", "d a"), 2);
    }

    record Parsed(String line, Thread by) {}

    static List<Parsed> withThread(RDD<String> lines) {
        return lines.map(line -> new Parsed(line, Thread.currentThread())).collect();
    }

    static long changedInTheCache(RDD<String> lines) {
        RDD<StringBuilder> texts = lines.map(StringBuilder::new).cache();
        return texts.map(text -> text.append('!')).count();
    }

    static List<StringBuilder> oneForAll(RDD<String> lines) {
        return lines.mapPartitions(records -> {
                    StringBuilder one = new StringBuilder();
                    List<String> all = new ArrayList<>();
                    records.forEachRemaining(all::add);
                    return all.stream()
                            .map(line -> one.replace(0, one.length(), line))
                            .iterator();
                })
                .collect();
    }

    static int counted(RDD<String> lines) {
        int[] count = {0};
        lines.foreach(line -> count[0]++);
        return count[0];
    }

    static int threads(RDD<String> lines) {
        CollectionAccumulator<Thread> threads = lines.context().collectionAccumulator("threads");
        lines.foreach(line -> threads.add(Thread.currentThread()));
        return threads.value().size();
    }

    static final class Name {

        private final String text;

        Name(String text) {
            this.text = text;
        }
    }

    record ByLength(int numPartitions) implements Partitioner {

        @Override
        public int partition(Object key) {
            return ((Name) key).text.length() % numPartitions;
        }
    }

    static long byName(RDD<String> lines) {
        PairRDD<Name, String> named = lines.mapToPair(line -> Pair.of(new Name(line), line));
        return named.partitionBy(new ByLength(2)).count();
    }

    static List<Integer> twice(RDD<String> lines) {
        return lines.mapPartitions(records -> {
                    Iterable<String> all = () -> records;
                    int longest = 0;
                    for (String line : all) {
                        longest = Math.max(longest, line.length());
                    }
                    int total = 0;
                    for (String line : all) {
                        total += line.length();
                    }
                    return List.of(longest, total).iterator();
                })
                .collect();
    }

    static long oneIteratorForAll(RDD<String> lines) {
        return lines.mapPartitions(records -> {
                    Iterable<String> all = () -> records;
                    return List.of(all, all).iterator();
                })
                .flatMap(all -> all)
                .count();
    }

    static List<Integer> random(RDD<String> lines) {
        return lines.map(line -> ThreadLocalRandom.current().nextInt()).collect();
    }

    static List<String> firstOfEach(RDD<String> lines) {
        SEEN.clear();
        return lines.filter(line -> SEEN.add(line)).collect();
    }
}
