package dev.favilla.examples;

import dev.favilla.Broadcast;
import dev.favilla.EngineContext;
import dev.favilla.FutureAction;
import dev.favilla.LongAccumulator;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What {@code docs/pitfalls.md} shows. */
final class Pitfalls {

    private Pitfalls() {}

    /** Before and after: sums. */
    static final class Sums {

        private Sums() {}

        static PairRDD<String, Long> grouped(PairRDD<String, Long> sales) {
            return sales.groupByKey().mapValues(amounts -> {
                long sum = 0;
                for (long amount : amounts) {
                    sum += amount;
                }
                return sum;
            });
        }

        static PairRDD<String, Long> reduced(PairRDD<String, Long> sales) {
            return sales.reduceByKey(Long::sum);
        }
    }

    /** Before and after: how keys lie. */
    static final class Placement {

        private Placement() {}

        static PairRDD<String, Long> forgotten(PairRDD<String, Long> sums) {
            return sums.mapToPair(sum -> Pair.of(sum.key(), sum.value() * 2)).reduceByKey(Long::sum);
        }

        static PairRDD<String, Long> kept(PairRDD<String, Long> sums) {
            return sums.mapValues(sum -> sum * 2).reduceByKey(Long::sum);
        }
    }

    /** Before and after: what comes to the caller. */
    static final class Results {

        private Results() {}

        static long countHere(RDD<String> lines) {
            return lines.collect().stream()
                    .filter(line -> line.contains("whale"))
                    .count();
        }

        static long countThere(RDD<String> lines) {
            return lines.filter(line -> line.contains("whale")).count();
        }

        static List<String> longestBySorting(RDD<String> lines) {
            return lines.sortBy(String::length, false, 4).take(3);
        }

        static List<String> longest(RDD<String> lines) {
            return lines.top(3, Ordering.by(String::length));
        }
    }

    /** Before and after: a job for each key. */
    static final class PerKey {

        private PerKey() {}

        static Map<String, Long> aJobForEach(RDD<String> lines, List<String> words) {
            Map<String, Long> counts = new HashMap<>();
            for (String word : words) {
                counts.put(word, lines.filter(line -> line.contains(word)).count());
            }
            return counts;
        }

        static Map<String, Long> oneForAll(RDD<String> lines, List<String> words) {
            return lines.flatMap(line -> words.stream().filter(line::contains).toList())
                    .mapToPair(word -> Pair.of(word, 1L))
                    .reduceByKey(Long::sum)
                    .collectAsMap();
        }
    }

    /** Before and after: what is used twice. */
    static final class Twice {

        private Twice() {}

        static double computedTwice(RDD<String> lines) {
            RDD<String> words = lines.mapMulti(Words::of);
            return (double) words.map(word -> (long) word.length()).reduce(Long::sum) / words.count();
        }

        static double keptBetween(RDD<String> lines) {
            RDD<String> words = lines.<String>mapMulti(Words::of).cache();
            double mean = (double) words.map(word -> (long) word.length()).reduce(Long::sum) / words.count();
            words.unpersist();
            return mean;
        }
    }

    /** Before and after: a loop of jobs. */
    static final class Loops {

        private Loops() {}

        static List<Long> oneAfterAnother(List<RDD<Long>> tables) {
            List<Long> counts = new ArrayList<>();
            for (RDD<Long> table : tables) {
                counts.add(table.count());
            }
            return counts;
        }

        static List<Long> started(List<RDD<Long>> tables) throws InterruptedException, ExecutionException {
            List<FutureAction<Long>> jobs = new ArrayList<>();
            for (RDD<Long> table : tables) {
                jobs.add(table.countAsync());
            }
            List<Long> counts = new ArrayList<>();
            for (FutureAction<Long> job : jobs) {
                counts.add(job.get());
            }
            return counts;
        }

        static List<Long> overlapped(List<RDD<Long>> tables) throws InterruptedException, ExecutionException {
            ExecutorService threads = Executors.newFixedThreadPool(tables.size());
            try {
                List<Callable<Long>> jobs = new ArrayList<>();
                for (RDD<Long> table : tables) {
                    jobs.add(table::count);
                }
                List<Long> counts = new ArrayList<>();
                for (Future<Long> job : threads.invokeAll(jobs)) {
                    counts.add(job.get());
                }
                return counts;
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** Before and after: a table that every task needs. */
    static final class Tables {

        private Tables() {}

        static RDD<String> captured(RDD<Integer> codes, Map<Integer, String> names) {
            return codes.map(code -> names.get(code));
        }

        static RDD<String> broadcast(EngineContext engine, RDD<Integer> codes, Map<Integer, String> names) {
            Broadcast<Map<Integer, String>> shared = engine.broadcast(names);
            return codes.map(code -> shared.value().get(code));
        }
    }

    /** Before and after: counting on the side. */
    static final class Counters {

        private Counters() {}

        static long inATransformation(RDD<String> lines, LongAccumulator empty) {
            RDD<String> full = lines.filter(line -> {
                if (line.isEmpty()) {
                    empty.add(1);
                }
                return !line.isEmpty();
            });
            full.count();
            full.first();
            full.count();
            return empty.sum();
        }

        static long inAnAction(RDD<String> lines, LongAccumulator empty) {
            lines.foreach(line -> {
                if (line.isEmpty()) {
                    empty.add(1);
                }
            });
            return empty.sum();
        }
    }
}
