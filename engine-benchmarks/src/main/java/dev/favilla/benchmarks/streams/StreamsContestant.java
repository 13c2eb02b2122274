package dev.favilla.benchmarks.streams;

import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.TinyJobs;
import dev.favilla.benchmarks.workload.WordCount;
import java.util.concurrent.ForkJoinPool;

/** Parallel streams of the JDK. */
public final class StreamsContestant implements Contestant {

    private final ForkJoinPool pool;

    public StreamsContestant(int threads) {
        this.pool = new ForkJoinPool(threads);
    }

    /** A stream runs in the pool of the thread that starts it. */
    private Job inPool(Job job) {
        return () -> pool.submit(job::run).get();
    }

    @Override
    public Job tinyJobs(TinyJobs work) {
        return inPool(
                work.stages() == 1
                        ? () -> StreamPipelines.oneStage(work.jobs())
                        : () -> StreamPipelines.twoStages(work.jobs()));
    }

    @Override
    public Job chain(Chain work) throws ReflectiveOperationException {
        return inPool(StreamChains.prepare(work));
    }

    @Override
    public Job wordCount(WordCount work) {
        return inPool(() -> StreamPipelines.wordCount(work));
    }

    @Override
    public Job sumByLong(SumByLong work) {
        return inPool(() -> StreamPipelines.sumByLong(work));
    }

    @Override
    public Job sumByString(SumByString work) {
        return inPool(() -> StreamPipelines.sumByString(work));
    }

    @Override
    public Job group(Grouping work) {
        return inPool(() -> StreamPipelines.group(work));
    }

    @Override
    public Job join(Join work) {
        return inPool(() -> StreamPipelines.join(work));
    }

    @Override
    public Job pageRank(PageRank work) {
        return inPool(() -> StreamRounds.pageRank(work));
    }

    @Override
    public Job kMeans(KMeans work) {
        return inPool(() -> StreamRounds.kMeans(work));
    }

    @Override
    public Job cachedScan(CachedScan work) {
        return inPool(StreamRounds.cachedScan(work));
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
