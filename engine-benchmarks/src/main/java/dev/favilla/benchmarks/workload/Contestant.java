package dev.favilla.benchmarks.workload;

/**
 * One system at the start line: a method for each kind of workload that it may be given.
 *
 * <p>{@link Workload#contenders} says which these are; the rest stay as they are here.
 */
public interface Contestant extends AutoCloseable {

    /** Opens the system, runs a job of one record, and closes it. */
    default Job openAndClose(StartUp work) {
        throw absent(work);
    }

    default Job tinyJobs(TinyJobs work) {
        throw absent(work);
    }

    default Job emptyTasks(EmptyTasks work) {
        throw absent(work);
    }

    default Job chain(Chain work) throws ReflectiveOperationException {
        throw absent(work);
    }

    default Job wordCount(WordCount work) {
        throw absent(work);
    }

    default Job sumByLong(SumByLong work) {
        throw absent(work);
    }

    default Job sumByString(SumByString work) {
        throw absent(work);
    }

    default Job group(Grouping work) {
        throw absent(work);
    }

    default Job join(Join work) {
        throw absent(work);
    }

    default Job smallJoin(SmallJoin work) {
        throw absent(work);
    }

    default Job coGroup(CoGroup work) {
        throw absent(work);
    }

    default Job sortByText(SortByText work) {
        throw absent(work);
    }

    default Job pageRank(PageRank work) {
        throw absent(work);
    }

    default Job kMeans(KMeans work) {
        throw absent(work);
    }

    default Job cachedScan(CachedScan work) {
        throw absent(work);
    }

    @Override
    default void close() {}

    private UnsupportedOperationException absent(Workload work) {
        return new UnsupportedOperationException(getClass().getSimpleName() + " has no " + work.name());
    }
}
