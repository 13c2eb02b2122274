package dev.favilla.benchmarks.hand;

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
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.TinyJobs;
import dev.favilla.benchmarks.workload.WordCount;

/** Boxed numbers, strings and the JDK's collections, as a good programmer uses them without an engine. */
public final class BoxedContestant implements Contestant {

    private final Crew crew;

    public BoxedContestant(int threads) {
        this.crew = new Crew(threads);
    }

    @Override
    public Job tinyJobs(TinyJobs work) {
        return work.stages() == 1
                ? () -> BoxedRounds.oneStage(crew, work.jobs())
                : () -> BoxedRounds.twoStages(crew, work.jobs());
    }

    @Override
    public Job emptyTasks(EmptyTasks work) {
        return () -> crew.tasks(work.tasks(), number -> 1);
    }

    @Override
    public Job chain(Chain work) {
        return () -> BoxedRounds.chain(crew, work);
    }

    @Override
    public Job wordCount(WordCount work) {
        return () -> BoxedShuffles.wordCount(crew, work);
    }

    @Override
    public Job sumByLong(SumByLong work) {
        return () -> BoxedShuffles.sumByLong(crew, work);
    }

    @Override
    public Job sumByString(SumByString work) {
        return () -> BoxedShuffles.sumByString(crew, work);
    }

    @Override
    public Job group(Grouping work) {
        return () -> BoxedShuffles.group(crew, work);
    }

    @Override
    public Job join(Join work) {
        return () -> BoxedShuffles.join(crew, work);
    }

    @Override
    public Job smallJoin(SmallJoin work) {
        return () -> BoxedShuffles.broadcastJoin(crew, work);
    }

    @Override
    public Job coGroup(CoGroup work) {
        return () -> BoxedShuffles.coGroup(crew, work);
    }

    @Override
    public Job sortByText(SortByText work) {
        return () -> SortedTexts.sortByText(crew, work);
    }

    @Override
    public Job pageRank(PageRank work) {
        return () -> BoxedGraph.pageRank(crew, work);
    }

    @Override
    public Job kMeans(KMeans work) {
        return () -> BoxedRounds.kMeans(crew, work);
    }

    @Override
    public Job cachedScan(CachedScan work) {
        return BoxedRounds.cachedScan(crew, work);
    }

    @Override
    public void close() {
        crew.close();
    }
}
