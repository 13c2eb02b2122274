package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.ChaosInjector.Rates;
import dev.favilla.ChaosTally.End;
import dev.favilla.StampedShape.Stamped;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One context under chaos, with sources that give other records whenever they run: each attempt stamps its records with
 * a number of its own. Throws as soon as a result has two stamps of one partition, or none.
 */
final class StampedRound {

    private static final Rates RATES = new Rates(0.02, 0.03, 0.05, 0.01, 0.02, 0.02);
    private static final int CALLERS = 4;
    private static final double LOSS_PER_JOB = 0.4;
    private static final int MOST_PARTITIONS = 5;

    /** No seed gets there. */
    private static final String AMPLE_LIMIT = "1000";

    private static final AtomicLong DATASETS = new AtomicLong();

    /** How often the sources of a dataset were run; tasks find it here because they are in this JVM. */
    private static final Map<Long, LongAdder> RUNS = new ConcurrentHashMap<>();

    private final String master;
    private final SplittableRandom random;
    private final TestSeed seed;
    private final ChaosTally tally;
    private final LongAdder runsAgain;
    private final ChaosInjector injector;

    /**
     * @param runsAgain counts what was run again, and so has changed
     */
    StampedRound(TestSeed seed, String master, ChaosTally tally, LongAdder runsAgain) {
        this.seed = seed;
        this.master = master;
        this.random = seed.split("round");
        this.tally = tally;
        this.runsAgain = runsAgain;
        this.injector = new ChaosInjector(seed.split("faults").nextLong(), RATES, tally);
    }

    private EngineContext open() {
        return EngineContext.builder()
                .master(master)
                .set("favilla.transfer", seed.split("transfer").nextBoolean() ? "tcp" : "memory")
                .set("favilla.task.maxFailures", AMPLE_LIMIT)
                .set("favilla.stage.maxConsecutiveAttempts", AMPLE_LIMIT)
                .set("favilla.stage.maxAttempts", AMPLE_LIMIT)
                .set("favilla.locality.wait", "0ms")
                .extension(injector)
                .open();
    }

    /** A dataset, which may be read by several jobs. */
    private record Target(long id, StampedShape shape, StampedValue value, int partitions, RDD<Stamped> records) {

        @Override
        public String toString() {
            return shape + " of " + value + " in " + partitions + " partitions";
        }
    }

    /** Runs jobs on datasets of random shapes and values, about two on each. */
    void run(int jobs) {
        List<Target> targets = new ArrayList<>();
        try (EngineContext engine = open()) {
            for (int i = 0; i <= jobs / 2; i++) {
                targets.add(target(engine));
            }
            runJobs(engine, targets, jobs);
            injector.calmDown();
            Engines.assertIdle(engine);
            Engines.assertUsable(engine);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(injector + ", round " + seed + ": " + e.getMessage(), e);
        } finally {
            targets.forEach(this::countRuns);
        }
    }

    private void countRuns(Target target) {
        LongAdder runs = Objects.requireNonNull(RUNS.remove(target.id()));
        runsAgain.add(Math.max(0, runs.sum() - target.partitions()));
    }

    private Target target(EngineContext engine) {
        StampedShape shape = StampedShape.values()[random.nextInt(StampedShape.values().length)];
        StampedValue value = StampedValue.values()[random.nextInt(StampedValue.values().length)];
        int partitions = random.nextInt(1, 1 + MOST_PARTITIONS);
        long id = DATASETS.incrementAndGet();
        RUNS.put(id, new LongAdder());
        PairRDD<Integer, Object> source = StampedShape.source(engine, partitions, value, () -> newStamp(id));
        return new Target(id, shape, value, partitions, shape.over(value, source));
    }

    private static long newStamp(long dataset) {
        RUNS.computeIfPresent(dataset, (id, runs) -> {
            runs.increment();
            return runs;
        });
        return ThreadLocalRandom.current().nextLong();
    }

    private void runJobs(EngineContext engine, List<Target> targets, int jobs) {
        List<Callable<Void>> calls = IntStream.range(0, jobs)
                .<Callable<Void>>mapToObj(number -> {
                    Target target = targets.get(number % targets.size());
                    boolean loses = hasSeveralExecutors() && random.nextDouble() < LOSS_PER_JOB;
                    int after = random.nextInt(1, 60);
                    return () -> {
                        if (loses) {
                            injector.loseExecutors(1, after);
                        }
                        audit(target, target.records().collect());
                        tally.add(End.SUCCEEDED);
                        return null;
                    };
                })
                .toList();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            for (Future<Void> call : callers.invokeAll(calls)) {
                call.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while jobs were running", e);
        } catch (ExecutionException e) {
            throw new AssertionError(String.valueOf(e.getCause()), e.getCause());
        } finally {
            callers.shutdownNow();
        }
    }

    private boolean hasSeveralExecutors() {
        return master.startsWith("local-cluster");
    }

    private static void audit(Target target, List<Stamped> records) {
        Map<Integer, Set<Long>> stamps = records.stream()
                .collect(Collectors.groupingBy(
                        Stamped::partition, Collectors.mapping(Stamped::stamp, Collectors.toSet())));
        assertThat(stamps.keySet()).as("partitions of %s", target).hasSize(target.partitions());
        stamps.forEach((partition, found) -> assertThat(found)
                .as("stamps of partition %s of %s", partition, target)
                .hasSize(1));
    }
}
