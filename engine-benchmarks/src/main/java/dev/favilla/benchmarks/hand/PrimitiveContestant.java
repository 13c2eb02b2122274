package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.Contestant;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.StartUp;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;

/** Primitive arrays and tables made for the work. */
public class PrimitiveContestant implements Contestant {

    private final Crew crew;

    public PrimitiveContestant(int threads) {
        this.crew = new Crew(threads);
    }

    @Override
    public Job openAndClose(StartUp work) {
        return () -> 1;
    }

    @Override
    public Job chain(Chain work) {
        return () -> PrimitiveRounds.chain(crew, work);
    }

    @Override
    public Job wordCount(WordCount work) {
        return () -> PrimitiveTexts.wordCount(crew, work);
    }

    @Override
    public Job sumByLong(SumByLong work) {
        return () -> PrimitiveShuffles.sumByLong(crew, work);
    }

    @Override
    public Job sumByString(SumByString work) {
        return () -> PrimitiveTexts.sumByString(crew, work);
    }

    @Override
    public Job group(Grouping work) {
        return () -> PrimitiveShuffles.group(crew, work);
    }

    @Override
    public Job join(Join work) {
        return () -> PrimitiveShuffles.join(crew, work);
    }

    @Override
    public Job pageRank(PageRank work) {
        return () -> PrimitiveRounds.pageRank(crew, work);
    }

    @Override
    public Job kMeans(KMeans work) {
        return () -> PrimitiveRounds.kMeans(crew, work);
    }

    @Override
    public Job cachedScan(CachedScan work) {
        return PrimitiveRounds.cachedScan(crew, work);
    }

    @Override
    public void close() {
        crew.close();
    }
}
