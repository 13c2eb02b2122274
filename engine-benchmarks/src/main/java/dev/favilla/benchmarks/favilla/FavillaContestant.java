package dev.favilla.benchmarks.favilla;

import dev.favilla.EngineContext;
import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.CoGroup;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.EmptyTasks;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.SmallJoin;
import dev.favilla.benchmarks.workload.SortByText;
import dev.favilla.benchmarks.workload.StartUp;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.TinyJobs;
import dev.favilla.benchmarks.workload.WordCount;

/**
 * The engine of this project, one context for all jobs of a JVM.
 *
 * <p>The system property {@value #MODE} says how it is opened: {@code local}, {@code strict}, or with as many isolated
 * executors of one slot as there are threads, {@code memory}, {@code tcp} or {@code direct} by what carries their blocks.
 */
public final class FavillaContestant implements Contestant {

    private static final String MODE = "benchmarks.mode";
    private static final String LOCAL = "local";

    /** Of each isolated executor. */
    private static final int MEGABYTES = 1536;

    private final int threads;
    private final String mode = System.getProperty(MODE, LOCAL);
    private EngineContext context;

    public FavillaContestant(int threads) {
        this.threads = threads;
    }

    private EngineContext context() {
        if (context == null) {
            context = open();
        }
        return context;
    }

    private EngineContext open() {
        EngineContext.Builder builder = EngineContext.builder().master("local[" + threads + "]");
        return switch (mode) {
            case LOCAL -> builder.open();
            case "strict" -> builder.strict().open();
            case "memory", "tcp", "direct" ->
                builder.master("local-cluster[" + threads + ",1," + MEGABYTES + "]")
                        .set("favilla.transfer", mode)
                        .open();
            default ->
                throw new IllegalArgumentException(
                        MODE + " must be local, strict, memory, tcp or direct, got '" + mode + "'");
        };
    }

    @Override
    public Job openAndClose(StartUp work) {
        return () -> {
            try (EngineContext fresh = open()) {
                return fresh.range(1, 2, 1, 1).reduce(Long::sum);
            }
        };
    }

    @Override
    public Job tinyJobs(TinyJobs work) {
        EngineContext engine = context();
        return work.stages() == 1
                ? () -> SmallJobs.oneStage(engine, work.jobs())
                : () -> SmallJobs.twoStages(engine, work.jobs());
    }

    @Override
    public Job emptyTasks(EmptyTasks work) {
        EngineContext engine = context();
        return () -> SmallJobs.emptyTasks(engine, work.tasks());
    }

    @Override
    public Job chain(Chain work) throws ReflectiveOperationException {
        return Chains.prepare(context(), work);
    }

    @Override
    public Job wordCount(WordCount work) {
        EngineContext engine = context();
        return () -> Shuffles.wordCount(engine, work);
    }

    @Override
    public Job sumByLong(SumByLong work) {
        EngineContext engine = context();
        return () -> Shuffles.sumByLong(engine, work);
    }

    @Override
    public Job sumByString(SumByString work) {
        EngineContext engine = context();
        return () -> Shuffles.sumByString(engine, work);
    }

    @Override
    public Job group(Grouping work) {
        EngineContext engine = context();
        return () -> Shuffles.group(engine, work);
    }

    @Override
    public Job join(Join work) {
        EngineContext engine = context();
        return () -> Shuffles.join(engine, work);
    }

    @Override
    public Job smallJoin(SmallJoin work) {
        EngineContext engine = context();
        return () -> Shuffles.smallJoin(engine, work);
    }

    @Override
    public Job coGroup(CoGroup work) {
        EngineContext engine = context();
        return () -> Shuffles.coGroup(engine, work);
    }

    @Override
    public Job sortByText(SortByText work) {
        EngineContext engine = context();
        return () -> Shuffles.sortByText(engine, work);
    }

    @Override
    public Job pageRank(PageRank work) {
        EngineContext engine = context();
        return () -> Rounds.pageRank(engine, work);
    }

    @Override
    public Job kMeans(KMeans work) {
        EngineContext engine = context();
        return () -> Rounds.kMeans(engine, work);
    }

    @Override
    public Job cachedScan(CachedScan work) {
        return Rounds.cachedScan(context(), work);
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }
}
