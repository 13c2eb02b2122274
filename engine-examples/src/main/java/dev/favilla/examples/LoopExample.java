package dev.favilla.examples;

import static dev.favilla.examples.JobStatistics.count;

import dev.favilla.EngineContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Counts several tables in a loop, one job after another, and then all at once. */
final class LoopExample implements Command {

    private static final List<String> SHIPPED =
            List.of(ShippedText.MOBY_DICK, FlightTables.AIRPORTS, FlightTables.FLIGHTS);

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public String summary() {
        return "counts tables in a loop, one job after another, then from a thread for each";
    }

    @Override
    public String help() {
        return """
                Usage: java -jar engine-examples.jar loop [FILE]... [OPTION]...

                Prints how many different words each FILE has, as "count<TAB>file"; without FILE, of the texts and tables
                in this jar. Counts twice: in a loop whose every job waits for the one before, and from a thread for each
                FILE, so that jobs overlap. How many jobs ran at the same time, and how long each way took, goes to
                standard error. A small file is one task: in a loop it has the engine for itself, and uses one slot of it.

                Options:
                  --master M  as for wordcount; local[*] if not given
                  --debug     print the stack trace of an error
                  --help      print this
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of();
    }

    @Override
    public Set<String> options() {
        return Set.of("--master");
    }

    @Override
    public void run(Arguments arguments, Console console) throws Exception {
        arguments.requireNames();
        try (ShippedTexts files = ShippedTexts.of(arguments.operands(), SHIPPED)) {
            String master = arguments.value("--master").orElse("local[*]");
            List<Long> counts = measure(master, files.paths(), "one after another", LoopExample::inALoop, console);
            List<Long> again = measure(master, files.paths(), "overlapped", LoopExample::overlapped, console);
            if (!counts.equals(again)) {
                throw new IllegalStateException("the counts differ: " + counts + " and " + again);
            }
            List<String> names = arguments.operands().isEmpty() ? SHIPPED : arguments.operands();
            for (int i = 0; i < names.size(); i++) {
                console.out().print(counts.get(i) + "\t" + names.get(i) + "\n");
            }
        }
    }

    private static List<Long> measure(String master, List<String> paths, String name, Way way, Console console)
            throws Exception {
        RunningJobs jobs = new RunningJobs();
        List<Long> counts;
        long nanos;
        try (EngineContext engine =
                EngineContext.builder().appName("loop").master(master).open()) {
            engine.addListener(jobs);
            long start = System.nanoTime();
            counts = way.count(engine, paths);
            nanos = System.nanoTime() - start;
        }
        console.err()
                .println(name + ": " + count(jobs.started(), "job") + ", " + jobs.mostAtOnce()
                        + (jobs.mostAtOnce() == 1 ? " at a time, " : " at the same time, ")
                        + String.format(Locale.ROOT, "%.3f s", nanos / 1e9));
        return counts;
    }

    static List<Long> inALoop(EngineContext engine, List<String> paths) {
        List<Long> counts = new ArrayList<>();
        for (String path : paths) {
            counts.add(differentWords(engine, path));
        }
        return counts;
    }

    /** Actions may be called from any number of threads; each waits for its own job only. */
    static List<Long> overlapped(EngineContext engine, List<String> paths) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(paths.size());
        try {
            List<Callable<Long>> jobs = new ArrayList<>();
            for (String path : paths) {
                jobs.add(() -> differentWords(engine, path));
            }
            List<Long> counts = new ArrayList<>();
            for (Future<Long> job : threads.invokeAll(jobs)) {
                counts.add(job.get());
            }
            return counts;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }

    private static long differentWords(EngineContext engine, String path) {
        return engine.textFile(path, 1).mapMulti(Words::of).distinct(1).count();
    }

    /** How the tables are counted. */
    private interface Way {
        List<Long> count(EngineContext engine, List<String> paths) throws Exception;
    }
}
