package dev.favilla.benchmarks.favilla;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import java.util.List;

/** Jobs that are all overhead. */
final class SmallJobs {

    private SmallJobs() {}

    static long oneStage(EngineContext engine, int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            check += engine.parallelize(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), 2)
                    .map(x -> x * 3)
                    .filter(x -> x % 2 == 0)
                    .reduce(Long::sum);
        }
        return check;
    }

    static long twoStages(EngineContext engine, int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            List<Pair<Long, Long>> sums = engine.parallelize(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), 2)
                    .mapToPair(x -> Pair.of(x % 3, x))
                    .reduceByKey(Long::sum, 2)
                    .collect();
            for (Pair<Long, Long> sum : sums) {
                check += sum.key() * sum.value();
            }
        }
        return check;
    }

    static long emptyTasks(EngineContext engine, int tasks) {
        return engine.parallelize(List.<Long>of(), tasks)
                .mapPartitions(none -> List.of(1L).iterator())
                .reduce(Long::sum);
    }
}
