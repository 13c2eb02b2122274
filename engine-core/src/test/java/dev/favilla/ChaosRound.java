package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.ChaosInjector.InjectedException;
import dev.favilla.ChaosInjector.Rates;
import dev.favilla.disk.DiskUsage;
import dev.favilla.testing.TestSeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One context under chaos: random pipelines, several actions on each and on its parts, from several threads. Throws as
 * soon as a result is not what it must be, a job ends as it must not, or anything is left behind.
 */
final class ChaosRound {

    private static final String MASTER = "local-cluster[4,2,64]";
    private static final List<String> TRANSFERS = List.of("memory", "tcp", "direct");
    private static final int EXECUTORS = 4;
    private static final int CALLERS = 4;
    private static final int NEXT_PIPELINES = 4;
    private static final double LOSS_PER_JOB = 0.3;
    private static final double CANCEL_PER_JOB = 0.03;

    /** Few enough that some jobs fail as they have to. */
    private static final int TIGHT_LIMIT = 2;

    /** No seed gets there. */
    private static final int AMPLE_LIMIT = 1000;

    /** One record in so many has its task ask for all memory there is, in a round on disk. */
    private static final int RECORDS_PER_PRESS = 23;

    private final TestSeed seed;
    private final SplittableRandom random;
    private final Path scratch;
    private final EngineContext calm;
    private final ChaosTally tally;
    private final ChaosInjector injector;
    private final int roughness;
    private final int maxFailures;

    /** Where what does not fit goes; none where all fits. */
    private final List<Path> disks;

    /**
     * @param scratch where inputs and outputs may lie; empty but for inputs
     * @param calm a context in which nothing goes wrong
     * @param roughness how many times the usual rates
     * @param onDisk whether tasks are short of memory, so that what they hold moves to one or two disks, which fail
     */
    ChaosRound(TestSeed seed, Path scratch, EngineContext calm, ChaosTally tally, int roughness, boolean onDisk) {
        this.roughness = roughness;
        this.seed = seed;
        this.random = seed.split("round");
        this.scratch = scratch;
        this.calm = calm;
        this.tally = tally;
        this.injector = new ChaosInjector(seed.split("faults").nextLong(), Rates.USUAL.times(roughness), tally);
        this.maxFailures = random.nextInt(4) == 0 ? TIGHT_LIMIT : AMPLE_LIMIT;
        this.disks = Stream.of("disk-1", "disk-2")
                .limit(onDisk ? random.nextInt(1, 3) : 0)
                .map(scratch::resolve)
                .toList();
    }

    private EngineContext open() throws IOException {
        EngineContext.Builder builder = EngineContext.builder();
        if (!disks.isEmpty()) {
            for (Path disk : disks) {
                Files.createDirectory(disk);
            }
            builder.set("favilla.local.dir", disks.stream().map(Path::toString).collect(Collectors.joining(",")))
                    .set("favilla.memory.storageFraction", "0");
        }
        return builder.master(MASTER)
                .set("favilla.strict", random.nextBoolean() ? "true" : "false")
                .set("favilla.transfer", TRANSFERS.get(seed.split("transfer").nextInt(TRANSFERS.size())))
                .set("favilla.task.maxFailures", String.valueOf(maxFailures))
                .set("favilla.stage.maxConsecutiveAttempts", String.valueOf(AMPLE_LIMIT))
                .set("favilla.stage.maxAttempts", String.valueOf(AMPLE_LIMIT))
                .set("favilla.scheduler.mode", random.nextBoolean() ? "FAIR" : "FIFO")
                .set("favilla.speculation", String.valueOf(random.nextInt(4) == 0))
                .set("favilla.speculation.interval", "5ms")
                .set("favilla.speculation.minTaskRuntime", "1ms")
                .set("favilla.locality.wait", random.nextInt(3) + "ms")
                .extension(injector)
                .open();
    }

    /** A dataset under chaos and what it must hold. */
    private record Target(String name, PairRDD<Integer, Long> dataset, List<Pair<Integer, Long>> expected) {}

    /** Runs {@code jobs} jobs on {@code pipelines}, then looks at what is left. */
    void run(List<RandomPipeline> pipelines, int jobs) throws IOException {
        try (EngineContext engine = open()) {
            runJobs(engine, pipelines, jobs);
            injector.calmDown();
            Engines.assertIdle(engine);
            runNextJobs(engine, pipelines);
            assertNothingIsLeft(engine);
        } catch (RuntimeException | AssertionError | IOException e) {
            throw new AssertionError(injector + ", round " + seed + ": " + e.getMessage(), e);
        }
        for (Path disk : disks) {
            assertThat(disk).as("after round %s", seed).isEmptyDirectory();
        }
    }

    private void runJobs(EngineContext engine, List<RandomPipeline> pipelines, int jobs) throws IOException {
        List<Target> targets = targets(engine, pipelines);
        List<Callable<Void>> calls = IntStream.range(0, jobs)
                .<Callable<Void>>mapToObj(number -> {
                    SplittableRandom chance = random.split();
                    return () -> {
                        runJob(engine, targets.get(chance.nextInt(targets.size())), number, chance);
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
            targets.forEach(target -> target.dataset().unpersist());
        }
    }

    /** Returns every dataset of every pipeline, with what it holds where nothing goes wrong. */
    private List<Target> targets(EngineContext engine, List<RandomPipeline> pipelines) throws IOException {
        List<Target> targets = new ArrayList<>();
        for (RandomPipeline pipeline : pipelines) {
            List<PairRDD<Integer, Long>> datasets = pipeline.datasets(engine, scratch, this::pressed);
            List<PairRDD<Integer, Long>> undisturbed = pipeline.datasets(calm, scratch);
            for (int i = 0; i < datasets.size(); i++) {
                List<Pair<Integer, Long>> expected = undisturbed.get(i).collect();
                assertThat(RandomPipeline.multiset(expected))
                        .as("%s after %s steps, undisturbed", pipeline, i)
                        .isEqualTo(pipeline.expected().get(i));
                targets.add(new Target(pipeline + " after " + i + " steps", datasets.get(i), expected));
            }
            undisturbed.forEach(RDD::unpersist);
        }
        return targets;
    }

    /** Has tasks in a round on disk press now and then for memory; the records stay. */
    private PairRDD<Integer, Long> pressed(PairRDD<Integer, Long> dataset) {
        return disks.isEmpty()
                ? dataset
                : dataset.filter(pair -> pair.hashCode() % RECORDS_PER_PRESS != 0 || Engines.pressMemory());
    }

    private void runJob(EngineContext engine, Target target, int number, SplittableRandom chance) throws IOException {
        if (chance.nextDouble() < LOSS_PER_JOB * roughness) {
            injector.loseExecutors(chance.nextInt(1, 4), chance.nextInt(1, 40));
        }
        ChaosAction action = ChaosAction.values()[chance.nextInt(ChaosAction.values().length)];
        Path output = scratch.resolve("out-" + number);
        LongAccumulator seen = engine.longAccumulator("seen");
        Cancel cancel =
                chance.nextDouble() < CANCEL_PER_JOB * roughness ? new Cancel(engine, number, chance.split()) : null;
        engine.setJobGroup("group-" + number, null);
        engine.addJobTag("tag-" + number);
        try {
            if (cancel != null) {
                cancel.start();
            }
            action.run(new ChaosAction.Job(number, target.dataset(), target.expected(), seen, output));
            tally.add(ChaosTally.End.SUCCEEDED);
        } catch (JobCancelledException e) {
            assertThat(cancel)
                    .as("job %s was cancelled by nobody: %s", number, e)
                    .isNotNull();
            assertNothingCame(seen, output);
            tally.add(ChaosTally.End.CANCELLED);
        } catch (JobFailedException e) {
            requireJustified(e);
            assertNothingCame(seen, output);
            tally.add(ChaosTally.End.FAILED_AS_IT_HAD_TO);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(action + " of " + target.name() + ": " + e.getMessage(), e);
        } finally {
            engine.clearJobGroup();
            engine.clearJobTags();
            if (cancel != null) {
                cancel.over();
            }
        }
    }

    private static void assertNothingCame(LongAccumulator seen, Path output) {
        assertThat(seen.isZero()).as("additions of a job that did not succeed").isTrue();
        assertThat(output).doesNotExist();
    }

    /** A job may fail if one of its tasks was made to fail as often as it may, by itself or with the disk. */
    private void requireJustified(JobFailedException e) {
        boolean withDisk = maxFailures == TIGHT_LIMIT && injector.diskFailures() > 0 && InjectedException.caused(e);
        boolean justified = withDisk
                || (e.stageId().isPresent()
                        && e.partition().isPresent()
                        && injector.errorsOf(
                                        e.stageId().getAsInt(), e.partition().getAsInt())
                                >= maxFailures);
        if (!justified) {
            throw new AssertionError("a job failed and had no reason to, with a limit of " + maxFailures, e);
        }
    }

    /** Whatever has happened, the context is as good as new. */
    private void runNextJobs(EngineContext engine, List<RandomPipeline> pipelines) throws IOException {
        List<Target> targets = targets(engine, pipelines.subList(0, Math.min(NEXT_PIPELINES, pipelines.size())));
        for (Target target : targets) {
            assertThat(target.dataset().collect())
                    .as("%s, after the chaos", target.name())
                    .isEqualTo(target.expected());
        }
        targets.forEach(target -> target.dataset().unpersist());
    }

    private void assertNothingIsLeft(EngineContext engine) throws IOException {
        Engines.assertIdle(engine);
        Engines.await(() -> {
            System.gc();
            engine.parallelize(List.of(1), 1).count(); // whoever uses the context sweeps
            EngineStatus status = engine.status();
            return status.scheduler().shuffles() == 0
                    && status.mapOutputs() == 0
                    && status.cachedBlocks() == 0
                    && status.disk().equals(DiskUsage.NONE)
                    && status.scheduler().executors() == EXECUTORS;
        });
        Engines.assertIdle(engine);
        EngineStatus status = engine.status();
        assertThat(status.scheduler().shuffles()).as("shuffles: %s", status).isZero();
        assertThat(status.mapOutputs()).as("map outputs: %s", status).isZero();
        assertThat(status.cachedBlocks()).as("cached blocks: %s", status).isZero();
        assertThat(status.memory().storageBytes()).as("storage: %s", status).isZero(); // pinned blocks would be here
        assertThat(status.memory().retainedBytes()).as("retained: %s", status).isZero();
        assertThat(status.disk()).as("files: %s", status).isEqualTo(DiskUsage.NONE);
        assertThat(status.scheduler().executors()).as("executors: %s", status).isEqualTo(EXECUTORS);
        try (Stream<Path> entries = Files.list(scratch)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .as("files in %s", scratch)
                    .allMatch(name -> name.matches("rows-[0-9a-f]+\\.txt|out-[0-9]+|disk-[12]"));
        }
    }

    /** Cancels one job from a thread of its own, once the job is seen to run. */
    private static final class Cancel implements Runnable {

        private static final long GLANCE_NANOS = 200_000;

        private final EngineContext engine;
        private final int number;
        private final SplittableRandom random;
        private final Thread thread = new Thread(this, "chaos-cancel");
        private volatile boolean over;

        Cancel(EngineContext engine, int number, SplittableRandom random) {
            this.engine = engine;
            this.number = number;
            this.random = random;
        }

        void start() {
            thread.start();
        }

        @Override
        public void run() {
            String group = "group-" + number;
            List<Integer> jobs = List.of();
            while (!over && jobs.isEmpty()) {
                LockSupport.parkNanos(GLANCE_NANOS);
                jobs = engine.statusTracker().getJobIdsForGroup(group);
            }
            LockSupport.parkNanos(random.nextLong(20 * GLANCE_NANOS));
            switch (random.nextInt(3)) {
                case 0 -> engine.cancelJobGroup(group, "chaos");
                case 1 -> engine.cancelJobsWithTag("tag-" + number, "chaos");
                default -> jobs.forEach(job -> engine.cancelJob(job, "chaos"));
            }
        }

        /** Says that the job has ended, and waits until nobody wants to cancel it any more. */
        void over() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
