package dev.favilla.benchmarks.spark;

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
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Apache Spark in this JVM, one context for all jobs, as there can only be one. */
public final class SparkContestant implements Contestant {

    private final int threads;
    private JavaSparkContext context;

    public SparkContestant(int threads) {
        this.threads = threads;
    }

    private JavaSparkContext context() {
        if (context == null) {
            context = open();
        }
        return context;
    }

    private JavaSparkContext open() {
        return new JavaSparkContext(new SparkConf()
                .setMaster("local[" + threads + "]")
                .setAppName("benchmarks")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @Override
    public Job openAndClose(StartUp work) {
        return () -> {
            try (JavaSparkContext fresh = open()) {
                return Numbers.range(fresh, 1, 2, 1).reduce(Long::sum);
            }
        };
    }

    @Override
    public Job tinyJobs(TinyJobs work) {
        JavaSparkContext spark = context();
        return work.stages() == 1
                ? () -> SmallJobs.oneStage(spark, work.jobs())
                : () -> SmallJobs.twoStages(spark, work.jobs());
    }

    @Override
    public Job emptyTasks(EmptyTasks work) {
        JavaSparkContext spark = context();
        return () -> SmallJobs.emptyTasks(spark, work.tasks());
    }

    @Override
    public Job chain(Chain work) throws ReflectiveOperationException {
        return Chains.prepare(context(), work);
    }

    @Override
    public Job wordCount(WordCount work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.wordCount(spark, work);
    }

    @Override
    public Job sumByLong(SumByLong work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.sumByLong(spark, work);
    }

    @Override
    public Job sumByString(SumByString work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.sumByString(spark, work);
    }

    @Override
    public Job group(Grouping work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.group(spark, work);
    }

    @Override
    public Job join(Join work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.join(spark, work);
    }

    @Override
    public Job smallJoin(SmallJoin work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.smallJoin(spark, work);
    }

    @Override
    public Job coGroup(CoGroup work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.coGroup(spark, work);
    }

    @Override
    public Job sortByText(SortByText work) {
        JavaSparkContext spark = context();
        return () -> Shuffles.sortByText(spark, work);
    }

    @Override
    public Job pageRank(PageRank work) {
        JavaSparkContext spark = context();
        return () -> Rounds.pageRank(spark, work);
    }

    @Override
    public Job kMeans(KMeans work) {
        JavaSparkContext spark = context();
        return () -> Rounds.kMeans(spark, work);
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
